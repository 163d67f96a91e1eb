/** Capturing: what is read when, what is cached, what errors and stack traces say, and functions that travel on. */
/* eslint-disable @typescript-eslint/no-implied-eval -- functions made from text are among what is tested */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { createContext, runInContext, Script } from 'node:vm';
import {
  captureFunction,
  decode,
  encode,
  FunctionRuntime,
  ModuleMismatchError,
  ModulesNotLoadedError,
} from '../index.js';
import type { CapturedFunction, Frames } from '../index.js';
import { TestChild } from '../testing/child-process.js';

const runtime = new FunctionRuntime();

async function call(captured: CapturedFunction, ...args: unknown[]): Promise<unknown> {
  const fn = await runtime.load(captured.blob);
  return fn(...(args as never[]));
}

describe('captured variables', () => {
  it('of a module that refuses to be asked for what it hasn’t are refused at the place of their use', async () => {
    const strict = new Proxy(
      { [Symbol.toStringTag]: 'Module', known: 1, count: 2, default: undefined },
      {
        get: (target, name) => {
          if (!(name in target) && typeof name === 'string') throw new ReferenceError(`${name} is not defined`);
          return Reflect.get(target, name) as unknown;
        },
      },
    );
    const make = (text: string): (() => unknown) =>
      new Script(`(strict) => {\n\n${text}\n}`, { filename: 'cell.ts' }).runInThisContext()(strict) as () => unknown;
    expect(await call(captureFunction(make('return () => strict.known + strict.count')))).toBe(3);
    expect(() => captureFunction(make('return function sum() {\n  return strict.known + strict.cuont\n}'))).toThrow(
      expect.objectContaining({
        name: 'ReferenceError',
        message: 'cuont is not defined',
        stack: expect.stringMatching(
          /^ReferenceError: cuont is not defined\n {4}at sum \(cell\.ts:4:25\)\n/,
        ) as unknown,
      }),
    );
  });

  it('are read at each capture', async () => {
    let k = 1;
    const times = (x: number): number => x * k;
    const first = captureFunction(times);
    k = 2;
    const second = captureFunction(times);
    expect([await call(first, 10), await call(second, 10)]).toEqual([10, 20]);
    expect(first.hash).not.toBe(second.hash);
  });

  it('are copies: what happens later on either side is not seen on the other', async () => {
    const list = [1];
    const captured = captureFunction(() => list.push(9));
    list.push(2);
    expect(await call(captured)).toBe(2);
    expect(list).toEqual([1, 2]);
  });

  it('are fresh in each function that is loaded', async () => {
    let count = 0;
    const captured = captureFunction(() => ++count);
    expect([await call(captured), await call(captured)]).toEqual([1, 1]);
  });

  it('include what was set globally, and leave built-in globals alone', async () => {
    const global = globalThis as unknown as Record<string, unknown>;
    global['coveyTestSetting'] = { level: 3 };
    try {
      const captured = captureFunction(new Function('return [coveyTestSetting.level, typeof process]'));
      delete global['coveyTestSetting'];
      expect(await call(captured)).toEqual([3, 'object']);
    } finally {
      delete global['coveyTestSetting'];
    }
  });

  it('are found in contexts like those of a notebook', async () => {
    const context = createContext({ console });
    runInContext('const factor = 4; let offset = 1; class Cell { v = factor }; var hoisted = 7', context);
    runInContext('function helper(x) { return x * factor + offset }', context);
    const fn = runInContext('(x) => [helper(x), new Cell().v, hoisted]', context) as () => unknown;
    const first = captureFunction(fn);
    runInContext('offset = 100', context);
    expect([await call(first, 2), await call(captureFunction(fn), 2)]).toEqual([
      [9, 4, 7],
      [108, 4, 7],
    ]);
  });
});

describe('what is cached', () => {
  it('is a function that captures nothing, until something is hung onto it', () => {
    const fn: ((x: number) => number) & { extra?: number } = (x: number) => x + 1;
    const first = captureFunction(fn);
    expect(captureFunction(fn)).toBe(first);
    fn.extra = 1;
    expect(captureFunction(fn).hash).not.toBe(first.hash);
  });

  it('nor one whose prototype was replaced', () => {
    const Old = function () {} as unknown as { prototype: object };
    const first = captureFunction(Old as () => void);
    Old.prototype = { method: () => 1 };
    expect(captureFunction(Old as () => void).hash).not.toBe(first.hash);
  });

  it('is nothing that captures', () => {
    const list: number[] = [];
    const fn = () => list;
    expect(captureFunction(fn)).not.toBe(captureFunction(fn));
  });
});

describe('functions that are met together', () => {
  /** Each closes over something, or looking at it once would do. */
  const closures = () =>
    Array.from(
      { length: 40 },
      (_, k) =>
        (x = 0) =>
          x + k,
    );

  it.each<[string, () => unknown]>([
    ['as properties', () => Object.fromEntries(closures().entries())],
    [
      'as accessors',
      () => closures().reduce((object, get, at) => Object.defineProperty(object, at, { get, enumerable: true }), {}),
    ],
    ['as items', closures],
    ['as what others have', () => closures().map((f, k) => Object.assign(() => k, { f }))],
    ['as what others call', () => closures().map((f) => (x: number) => f(x))],
  ])('%s take one message each to the inspector', (_, make) => {
    const held = make();
    const send = () => captureFunction(() => held);
    // The first time the scripts are read.
    send();
    const post = jest.spyOn(Session.prototype, 'post');
    send();
    const methods = post.mock.calls.map(([method]) => method as string);
    post.mockRestore();
    const looks = methods.filter((method) => method === 'Runtime.getProperties').length;
    expect(looks).toBeGreaterThan(40);
    expect(methods.length).toBeLessThan(looks + 10);
  });
});

describe('names', () => {
  it('are the function’s own, or say that there is none', () => {
    expect(captureFunction(function job() {}).name).toBe('job');
    expect(captureFunction(((x) => x)((x: number) => x)).name).toBe('lambda');
  });

  it('survive', async () => {
    const named = { 'odd name': (x: number) => x }['odd name'];
    expect(((await runtime.load(captureFunction(named).blob)) as { name: string }).name).toBe('odd name');
  });
});

describe('stack traces', () => {
  it('point at the line and column where the user wrote it, with nothing of ours between', async () => {
    const source =
      '\n\nfunction outer() {\n      return function inner(x) {\n        throw new Error(x);\n      };\n}\nouter();';
    const fn = new Script(source, { filename: '/home/someone/job.js' }).runInThisContext() as () => unknown;
    const loaded = await runtime.load(captureFunction(fn).blob);
    const { stack } = ((): Error => {
      try {
        loaded('boom' as never);
      } catch (error) {
        return error as Error;
      }
      return new Error('nothing was thrown');
    })();
    const frames = (stack as string).split('\n').slice(1);
    expect(frames[0]).toMatch(/inner \((file:\/\/)?\/home\/someone\/job\.js:5:15\)/);
    expect(frames[1]).not.toContain('job.js');
  });

  it('name the line of a one-line arrow behind other code', async () => {
    const fn = new Script('const a = 1;   (x) => { throw new TypeError(x + a) }', {
      filename: 'cell-3',
    }).runInThisContext() as () => unknown;
    const loaded = await runtime.load(captureFunction(fn).blob);
    expect(() => loaded()).toThrow(expect.objectContaining({ stack: expect.stringContaining('cell-3:1:31') }));
  });

  it('are right far along a line too, as where a loader puts a module on one', async () => {
    const fn = new Script(`${'0,0,'.repeat(400)}(x) => { throw new TypeError(x) }`, {
      filename: 'cell-4',
    }).runInThisContext() as () => unknown;
    const loaded = await runtime.load(captureFunction(fn).blob);
    expect(() => loaded()).toThrow(expect.objectContaining({ stack: expect.stringContaining('cell-4:1:1616') }));
  });
});

describe('a script of many comments', () => {
  it('is read once, whether it begins with the directive or not', async () => {
    const comments = '/* a */ // b\n'.repeat(500);
    const strictness = '(() => function () { return this === undefined })()';
    const run = (text: string): (() => boolean) => new Script(text).runInThisContext() as () => boolean;
    expect(await call(captureFunction(run(`${comments};${strictness}`)))).toBe(false);
    expect(await call(captureFunction(run(`${comments}'use strict';${comments};${strictness}`)))).toBe(true);
  });
});

describe('modules', () => {
  const blobWith = (version: string): Frames => {
    const { blob } = captureFunction(usesAcorn);
    const header = Buffer.from(blob.header);
    const at = header.indexOf(acornVersion, 0, 'latin1');
    header.write(version, at, 'latin1');
    return { header, buffers: blob.buffers };
  };

  it('that are not imported yet make decode say so', () => {
    expect(() => decode(captureFunction(usesAcorn).blob, { modules: new FunctionRuntime().modules })).toThrow(
      ModulesNotLoadedError,
    );
  });

  it('make load wait the first time only', async () => {
    const fresh = new FunctionRuntime();
    const { blob } = captureFunction(usesAcorn);
    expect(fresh.load(blob)).toBeInstanceOf(Promise);
    await fresh.load(blob);
    expect(typeof fresh.load(blob)).toBe('function');
  });

  it('of another version are an error that names both', async () => {
    const wrong = acornVersion.replace(/\d+$/, (patch) => '9'.repeat(patch.length));
    await expect(Promise.resolve(new FunctionRuntime().load(blobWith(wrong)))).rejects.toThrow(ModuleMismatchError);
    await expect(Promise.resolve(new FunctionRuntime().load(blobWith(wrong)))).rejects.toThrow(
      `acorn@${acornVersion} is installed here`,
    );
  });
});

import { parse, version as acornVersion } from 'acorn';
describe('the package that a thread is made of', () => {
  const mine = (): { type: string } => ({ type: 'the thread’s own' });
  const own = { version: acornVersion, load: () => ({ parse: mine }) };

  it('is what functions get that import it', async () => {
    const runtime = new FunctionRuntime({ own: { ...own, name: 'acorn', scope: '@acorn/' } });
    const fn = await runtime.load(captureFunction(usesAcorn).blob);
    expect(fn(...(['1'] as never[]))).toBe('the thread’s own');
  });

  it('has the names that it shows in its parts too; their inner names are theirs', async () => {
    const { modules } = new FunctionRuntime({ own: { ...own, name: 'whole', scope: 'acorn' } });
    const part = { specifier: 'acorn', isFile: false, package: 'acorn', version: acornVersion, from: __dirname };
    await modules.load(part);
    expect(modules.get(part)).toMatchObject({ parse: mine, tokenizer: expect.any(Function) as unknown });
  });

  it('is not that of another version', async () => {
    const other = { ...own, name: 'acorn', scope: '@acorn/', version: '0.0.1' };
    const fn = await new FunctionRuntime({ own: other }).load(captureFunction(usesAcorn).blob);
    expect(fn(...(['1'] as never[]))).toBe('Program');
  });
});

function usesAcorn(text: string): string {
  return parse(text, { ecmaVersion: 2022 }).type;
}

describe('functions and classes that travel on', () => {
  let child: TestChild;
  beforeAll(() => {
    child = TestChild.start();
  });
  afterAll(() => child.stop());

  class Token {
    #secret = 'none';
    constructor(secret: string) {
      this.#secret = secret;
    }
    reveal(): string {
      return this.#secret;
    }
  }

  it('a function as a result works here', async () => {
    const adder = (await child.run((k: number) => (x: number) => x + k, [5])) as (x: number) => number;
    expect(adder(1)).toBe(6);
  });

  it('a result of a class from here is an instance of it, private members included', async () => {
    const token = (await child.run(() => new Token('abc'))) as Token;
    expect(token).toBeInstanceOf(Token);
    expect(token.reveal()).toBe('abc');
  });

  it('a result goes back into another function as an instance of the same class there', async () => {
    const token = await child.run(() => new Token('again'));
    expect(await child.run((t: Token) => [t instanceof Token, t.reveal()], [token])).toEqual([true, 'again']);
  });

  it('a class that was made there comes back, and goes there again', async () => {
    const Made = (await child.run(() => {
      return class Made {
        #n = 1;
        static count = 0;
        next(): number {
          Made.count++;
          return this.#n++;
        }
      };
    })) as new () => { next(): number };
    const made = new Made();
    made.next();
    expect(await child.run((m: { next(): number }) => [m.next(), m.next()], [made])).toEqual([2, 3]);
  });

  it('an arrow with the this of its class goes on, with its class or alone', async () => {
    const Made = (await child.run(() => {
      return class {
        static factor = 2;
        static times = (x: number): number => this.factor * x;
      };
    })) as { factor: number; times(x: number): number };
    const { times } = Made;
    expect(await child.run((m: typeof Made, f: typeof times) => [m.times(2), f(3)], [Made, times])).toEqual([4, 6]);
  });

  it('a closure of a recursive function goes on, with that function', async () => {
    const later = await child.run(function countdown(n = 2): unknown {
      return n === 0 ? 'done' : () => countdown(n - 1);
    });
    const next = (later as () => () => unknown)();
    expect(await child.run(next)).toBe('done');
  });

  it('an error with private members is thrown here with them', async () => {
    class Failure extends Error {
      #code = 0;
      constructor(code: number) {
        super(`failed by ${code}`);
        this.#code = code;
      }
      get code(): number {
        return this.#code;
      }
    }
    const failing = child.run(() => {
      throw new Failure(7);
    });
    await expect(failing).rejects.toMatchObject({ code: 7, message: 'failed by 7' });
    await expect(failing).rejects.toBeInstanceOf(Failure);
  });

  it('closures that share a variable share it after two journeys', async () => {
    const counter = (await child.run(() => {
      let count = 0;
      return { up: () => ++count, read: () => count };
    })) as { up(): number; read(): number };
    counter.up();
    expect(await child.run((c: typeof counter) => [c.up(), c.read()], [counter])).toEqual([2, 2]);
  });

  it('an error thrown there is what was thrown, with the line from here', async () => {
    class Broken extends Error {
      constructor(readonly detail: { at: number }) {
        super('broken');
      }
    }
    const failing = child.run(function explode() {
      throw new Broken({ at: 3 });
    });
    await expect(failing).rejects.toBeInstanceOf(Broken);
    await expect(failing).rejects.toMatchObject({ detail: { at: 3 } });
    const { stack } = (await failing.catch((error: unknown) => error)) as Error;
    const [, line] = /capture-function\.test\.ts:(\d+):\d+/.exec(stack ?? '') ?? [];
    const source = readFileSync(join(import.meta.dirname, 'capture-function.test.ts'), 'utf8').split('\n');
    expect(source[Number(line) - 1]).toContain('throw new Broken({ at: 3 });');
  });

  it('what is thrown need not be an error', async () => {
    await expect(
      child.run(() => {
        throw 'just text';
      }),
    ).rejects.toBe('just text');
  });

  it('a result that cannot be sent is refused with the path', async () => {
    await expect(child.run(() => ({ handle: { promise: new Promise(() => undefined) } }))).rejects.toMatchObject({
      code: 'ERR_COVEY_NOT_SERIALIZABLE',
      path: 'the result.handle.promise → Promise',
    });
  });

  it('encoding twice gives the same bytes', () => {
    const f = (x: number): number => x + runtimeFactor;
    expect(Buffer.from(encode(f).header).equals(encode(f).header)).toBe(true);
  });
});

const runtimeFactor = 3;
