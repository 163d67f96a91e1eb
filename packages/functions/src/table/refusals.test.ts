/** What cannot travel is refused where it is sent, with the path that led to it and the way out. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { refusals } from '../testing/table.js';

const socket = new Socket();
const options = { db: socket, list: [1, { socket }] };

refusals('what belongs to this process', {
  'a socket, with the path to it': [
    () =>
      function job() {
        return options.db;
      },
    'Cannot send job → options.db → Socket: an open connection belongs to its process',
  ],
  'a socket deep in data': [() => [{ a: [0, { 'odd key': socket }] }], 'argument 0.a[1]["odd key"] → Socket'],
  'a server': [() => [createServer()], /Server.*connection/],
  'a hash': [() => [createHash('md5')], /Hash/],
  'a file stream': [
    () => {
      const stream = createReadStream('/dev/null');
      stream.destroy();
      return [stream];
    },
    /ReadStream.*stream or file/,
  ],
  'a timer': [
    () => {
      const timer = setTimeout(() => undefined, 0);
      clearTimeout(timer);
      return [timer];
    },
    /Timeout.*timer/,
  ],
  'a blob': [
    () => [{ list: [new Blob(['x'])] }],
    'argument 0.list[0] → Blob: its bytes can be read only by awaiting them. Send `await blob.arrayBuffer()`.',
  ],
  'a file': [() => [new File(['x'], 'x.txt')], 'argument 0 → File: its bytes can be read only by awaiting them'],
  'a response': [() => [new Response('x')], /argument 0 → Response: its body .* `await response\.arrayBuffer\(\)`/],
  'an abort signal': [() => [new AbortController().signal], /AbortSignal/],
  'a class of threads as an instance': [() => [Object.create(Worker.prototype) as object], /Worker/],
});

refusals('what shows too little of itself', {
  'a promise': [
    () => [{ later: Promise.resolve(1) }],
    'argument 0.later → Promise: a promise belongs to its process. Await it',
  ],
  'a weak reference': [() => [new WeakRef({})], 'WeakRef'],
  'what says so itself': [
    () => [{ deep: Object.create({ [Symbol.for('covey.whyNotSent')]: 'it stays at home.' }) as object }],
    'Cannot send argument 0.deep: it stays at home.',
  ],
  'a generator that runs': [
    () => [
      (function* () {
        yield 1;
      })(),
    ],
    /Generator: .*\[\.\.\.generator\]/,
  ],
  'an asynchronous generator that runs': [
    () => [
      (async function* () {
        yield await Promise.resolve(1);
      })(),
    ],
    /AsyncGenerator: .*for await/,
  ],
  'an iterator of a map': [() => [new Map().entries()], /Map Iterator: .*\[\.\.\.iterator\]/],
  'a proxy': [() => [new Proxy(new Host(), {})], 'Proxy: a proxy stands for an object that it may hide'],
  'a proxy of a function': [() => [new Proxy(() => 1, {})], 'Proxy'],
  'memory that was transferred': [
    () => {
      const buffer = new ArrayBuffer(4);
      const view = new Uint8Array(buffer);
      structuredClone(buffer, { transfer: [buffer] });
      return [{ view }];
    },
    'argument 0.view → ArrayBuffer: its memory was transferred',
  ],
  'a formatter': [() => [new Intl.NumberFormat()], /NumberFormat/],
  'a native function without a name': [() => [nativeWithoutName()], /native function/],
});

/** The resolving function of a promise: native, and nowhere to be found by name. */
function nativeWithoutName(): unknown {
  let found: unknown;
  void new Promise((resolve) => {
    found = resolve;
  });
  return found;
}

class Host {
  value = 1;
  arrow(): () => unknown {
    return () => this.value;
  }
}
class Guest extends Host {
  superArrow(): () => unknown {
    return () => super.arrow();
  }
}
const lexicalArguments = function (): () => unknown {
  return () => arguments.length;
};

refusals('what a function takes from around it and nothing shows', {
  'the this of an arrow': [() => new Host().arrow(), 'uses the `this` of a function around it'],
  'the way out is named': [() => new Host().arrow(), 'const self = this'],
  'the super of an arrow': [() => new Guest().superArrow(), '`super`'],
  'the arguments of an arrow': [() => lexicalArguments(), '`arguments`'],
  'the new.target of an arrow': [
    () =>
      new (
        function (this: { f: () => unknown }) {
          this.f = () => new.target;
        } as unknown as new () => { f: () => unknown }
      )().f,
    '`new.target`',
  ],
  'the name of the function expression around': [
    () => {
      // Another variable has that name too.
      const step = (): (() => unknown) => start();
      const start = function step(): () => unknown {
        return () => step;
      };
      return step();
    },
    // Compilers give it a number, to tell it from the variable.
    /`step2?` is the name of the function expression around it/,
  ],
  'the computed name of a field, which no method uses': [
    () => {
      const key = Symbol('key');
      class Keyed {
        [key] = 1;
      }
      return () => new Keyed();
    },
    'Keyed: `key` is the computed name of a field',
  ],
  'a name is not said twice': [
    () => Object.defineProperty<() => unknown>(new Host().arrow(), 'name', { value: 'predict' }),
    'Cannot send predict: this arrow',
  ],
  'nor the class of a captured value': [
    () => {
      const Timeout = setTimeout(() => undefined, 0);
      clearTimeout(Timeout);
      return function job() {
        return Timeout;
      };
    },
    'Cannot send job → Timeout: a timer',
  ],
  'a variable of another module that it assigns': [
    () => {
      const $nb = Object.defineProperty({ total: 1 }, Symbol.toStringTag, { value: 'Module' });
      return function count() {
        $nb.total += 1;
      };
    },
    'Cannot send count → total: it is assigned, and only a copy of it would change there',
  ],
  'deep in what is captured': [
    () => {
      const handlers = { click: [new Host().arrow()] };
      return function submit() {
        return handlers.click.length;
      };
    },
    'submit → handlers.click[0]',
  ],
});
