/** Worlds of one or two files, and what check-arrows must say of each: a check that finds nothing proves nothing. */
import assert from 'node:assert/strict';

const allowed = { protocol: [], worker: ['protocol'] };
const manifests = {
  protocol: { name: '@covey/protocol' },
  worker: { name: '@covey/worker', dependencies: { '@covey/protocol': '0.1.0' } },
};
const core = 'packages/worker/src/core/state.ts';
const shell = 'packages/worker/src/process/main.ts';

/** [what the case shows, files, expected violations (a part of each line)] */
const cases = [
  ['an allowed import', { [shell]: `import { a } from '@covey/protocol';` }, []],
  ['the second door', { [shell]: `import type { A } from '@covey/protocol/internal';` }, []],
  [
    'an import against the arrows',
    { 'packages/protocol/src/a.ts': `import '@covey/worker';` },
    ['protocol must not import worker'],
  ],
  [
    'a type against the arrows',
    { 'packages/protocol/src/a.ts': `type W = import('@covey/worker').W;` },
    ['must not import'],
  ],
  [
    'a dynamic import against the arrows',
    { 'packages/protocol/src/a.ts': `await import('@covey/worker');` },
    ['must not import'],
  ],
  [
    'a re-export against the arrows',
    { 'packages/protocol/src/a.ts': `export { W } from '@covey/worker';` },
    ['must not import'],
  ],
  ['a require against the arrows', { 'packages/protocol/src/a.cjs': `require('@covey/worker')` }, ['must not import']],
  [
    'a comment and a string',
    { 'packages/protocol/src/a.ts': `// import '@covey/worker'\nconst s = "import '@covey/worker'";` },
    [],
  ],
  ['a closed door', { [shell]: `import { a } from '@covey/protocol/src/a.js';` }, ['not a door']],
  [
    'a closed door from the tests',
    { 'test/a.test.ts': `import { a } from '@covey/protocol/lib/a.js';` },
    ['not a door'],
  ],
  ['a relative way into a package', { 'test/a.test.ts': `import '../packages/worker/src/a.js';` }, ['relative path']],
  ['a relative way between packages', { [shell]: `import '../../../protocol/src/a.js';` }, ['relative path']],
  ['a neighbour in the same package', { [shell]: `import { a } from '../core/state.js';` }, []],
  ['a node module in a core', { [core]: `import { join } from 'node:path';` }, ['must not import node:path']],
  ['a node module without its prefix', { [core]: `import { join } from 'path';` }, ['must not import path']],
  ['a node module in a shell', { [shell]: `import { join } from 'node:path';` }, []],
  [
    'clocks',
    { [core]: `Date.now(); new Date(); performance.now(); new Date(5);` },
    ['Date.now', 'use Date', 'performance'],
  ],
  [
    'timers',
    { [core]: `setTimeout(f); setInterval(f); setImmediate(f);` },
    ['setTimeout', 'setInterval', 'setImmediate'],
  ],
  ['randomness', { [core]: `Math.random(); crypto.randomUUID();` }, ['Math.random', 'crypto']],
  ['the process', { [core]: `process.env.A; globalThis.process;` }, ['process', 'process']],
  ['a clock taken apart', { [core]: `const { now } = Date;` }, ['Date.now']],
  ['a timer handed over', { [core]: `later(setTimeout); const o = { setTimeout };` }, ['setTimeout', 'setTimeout']],
  ['members of such names', { [core]: `task.process(); const o = { process: 1 }; class C { setTimeout() {} }` }, []],
  ['a parameter of such a name', { [core]: `function f(process: P) { return process.id; }` }, []],
  ['a type of such a name', { [core]: `interface Deps { readonly setTimeout: (f: () => void) => void }` }, []],
  [
    'a test of a core reads its seed',
    { 'packages/worker/src/core/a.test.ts': `import 'node:fs'; process.env.SEED;` },
    [],
  ],
  ['a test of a core waits', { 'packages/worker/src/core/a.test.ts': `setTimeout(f, 5);` }, ['setTimeout']],
  [
    'a core that reaches a clock through a neighbour',
    {
      [core]: `import { now } from '../clock.js';`,
      'packages/worker/src/clock.ts': `export const now = () => Date.now();`,
    },
    ['clock.ts:1: a core must not use Date.now (reached from packages/worker/src/core/state.ts)'],
  ],
  [
    'a core that knows only the types of a neighbour',
    {
      [core]: `import type { Now } from '../clock.js';`,
      'packages/worker/src/clock.ts': `export const n = Date.now();`,
    },
    [],
  ],
];

const manifestCases = [
  [
    'a dependency that is not declared',
    { worker: { name: '@covey/worker' } },
    ['missing from packages/worker/package.json'],
  ],
  [
    'a dependency against the arrows',
    { ...manifests, protocol: { dependencies: { '@covey/worker': '0.1.0' } } },
    ['must not depend'],
  ],
  ['a package without a line', { ...manifests, novel: { name: '@covey/novel' } }, ['packages/novel: has no line']],
];

/** @param {(files: Map<string, string>, manifests: object, allowed: object) => string[]} findViolations */
export function selfTest(findViolations) {
  const expect = (name, found, expected) => {
    const fits = found.length === expected.length && expected.every((part, i) => found[i].includes(part));
    assert.ok(
      fits,
      `check-arrows, self test "${name}": expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
    );
  };
  for (const [name, files, expected] of cases) {
    expect(name, findViolations(new Map(Object.entries(files)), manifests, allowed), expected);
  }
  const files = new Map([[shell, `import { a } from '@covey/protocol';`]]);
  for (const [name, changed, expected] of manifestCases)
    expect(name, findViolations(files, changed, allowed), expected);
}
