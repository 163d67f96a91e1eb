/** What is refused about functions and instances, why, and what to do instead. */
import { ownProperty } from '../property.js';
import type { Encoder } from '../values/encoder.js';
import { intrinsicKind } from '../values/intrinsic-prototypes.js';
import { uninitialized } from '../v8/inspector.js';
import type { Description } from './describe.js';
import { builtInOf } from './intrinsics.js';
import { isTopLevelOfModule } from './module-file.js';
import { isInternal, isOfLanguage } from './recognise.js';

const reasons: readonly (readonly [RegExp, string])[] = [
  [/Socket|Server|Agent|Http|TLS/, 'an open connection belongs to its process. Connect inside of the function.'],
  [/Stream|FileHandle|Dir$/, 'an open stream or file belongs to its process. Open it inside of the function.'],
  [/ChildProcess|Worker|MessagePort|Channel/, 'a process, thread or channel cannot move. Make it where it is used.'],
  [/Timeout|Immediate|Interval/, 'a timer belongs to its process. Start it inside of the function.'],
  [/^(Blob|File)$/, 'its bytes can be read only by awaiting them. Send `await blob.arrayBuffer()`.'],
  [
    /^(Response|Request)$/,
    'its body can be read only by awaiting it. Send `await response.arrayBuffer()`, `.text()` or `.json()`.',
  ],
  [/Abort/, 'an abort signal belongs to its process. A task has a signal of its own: getTask().signal.'],
  [
    /^require$/,
    'it loads modules for the file that it was made for. Use `import`, or `await import(…)` in the function.',
  ],
  [/Key|Cipher|Hash|Hmac|Sign|Verify/, 'it holds native state. Export it and make it again where it is used.'],
];

export function reasonAgainst(...names: readonly string[]): string {
  const found = reasons.find(([pattern]) => names.some((name) => pattern.test(name)));
  return found?.[1] ?? 'it holds state of this process that no property shows. Send the data that it is made from.';
}

/** Only classes whose instances are no more than their properties can have instances elsewhere. */
export function refuseInstanceOfNode(encoder: Encoder, value: object, name: string): void {
  for (let prototype = Object.getPrototypeOf(value) as object | null; prototype !== null;) {
    const owner = ownProperty(prototype, 'constructor')?.value;
    if (typeof owner === 'function') {
      const builtIn = builtInOf(owner);
      const isKnown = intrinsicKind(prototype) !== undefined || owner.name === 'EventEmitter';
      if ((builtIn !== undefined && !isKnown && !isOfLanguage(builtIn.module, owner)) || isInternal(owner, builtIn)) {
        encoder.refuse(name, reasonAgainst(owner.name, name));
      }
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
}

/** Refuses to assign the variables of another module: only a copy of them travels, and nobody would see it change. */
export function refuseAssignment(encoder: Encoder, { captures }: Description): void {
  for (const { uses, variable } of captures) {
    const { value } = variable;
    if (typeof value !== 'object' || value === null || tagOf(value) !== '[object Module]') continue;
    const name = uses.find(({ written }) => written !== undefined)?.written;
    if (name === undefined) continue;
    encoder.refuse(
      name,
      `it is assigned, and only a copy of it would change there. Declare a variable in the function (let ${name} = …), ` +
        'or return the value.',
    );
  }
}

/** Refuses a variable whose declaration has not run yet: here, to read it would be an error. */
export function refuseUninitialized(encoder: Encoder, { captures }: Description): void {
  for (const { name, variable } of captures) {
    if (variable.value !== uninitialized) continue;
    encoder.refuse(
      name,
      'its declaration has not run yet. Send the function after it, or declare the variable before.',
    );
  }
}

/** Refuses what belongs to a function or object around and can't be seen. */
export function refuseLexical(
  encoder: Encoder,
  { analysis, hidden, scriptId, line, column }: Description,
  name: string,
  home: object | undefined,
): void {
  const { free, kind } = analysis;
  for (const { name: unseen, reason } of hidden) {
    encoder.refuse(
      name,
      reason === 'function around'
        ? `\`${unseen}\` is the name of the function expression around it, which nothing shows from outside. ` +
            'Make that function a declaration, or pass it as an argument.'
        : `\`${unseen}\` is the computed name of a field, and nothing shows it once the class is made. ` +
            'Use it in a method as well, or declare it at the top of the module.',
    );
  }
  for (const word of free.lexical) {
    if (word === 'this' && kind === 'arrow' && home !== undefined) continue;
    // At the top of a module `this` is undefined, there as here.
    if (word === 'this' && isTopLevelOfModule(scriptId, line, column)) continue;
    const what = kind === 'arrow' ? 'arrow function' : kind;
    encoder.refuse(
      name,
      `this ${what} uses the \`${word}\` of a function around it, which nothing shows from outside. ` +
        (word === 'this'
          ? 'Put it into a variable first (`const self = this`), or pass it as an argument.'
          : 'Pass what it needs as an argument.'),
    );
  }
  if (kind === 'arrow' && free.privateNames.size > 0) {
    encoder.refuse(name, 'an arrow function that uses private members cannot leave its class. Make it a method.');
  }
  if (kind === 'method' && (analysis.key?.isPrivate === true || free.privateNames.size > 0)) {
    encoder.refuse(
      name,
      'a method that uses private members cannot leave its class. Send the object and call the method there: ' +
        '`(object) => object.method()`.',
    );
  }
  if (free.usesSuper && home === undefined) {
    encoder.refuse(name, 'a method that uses `super` cannot leave its object. Send the object and call it there.');
  }
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}
