import { Script } from 'node:vm';
import { compileCell } from './compile-cell.js';
import { compileModule } from './compile-module.js';
import { NotebookScope } from './notebook-scope.js';
import { runtimeHelpers } from './runtime-helpers.js';

interface Outcome {
  readonly log: unknown[];
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Runs a cell that has `log`, and resources that say when they are disposed of. */
async function run(source: string): Promise<Outcome> {
  const scope = new NotebookScope();
  const log: unknown[] = [];
  const line = (): number => Number(/cell\.ts:(\d+)/.exec(new Error().stack ?? '')?.[1]);
  scope.provide('log', (value: unknown) => void log.push(value));
  scope.provide('at', () => void log.push(line()));
  scope.provide('held', (name: string) => ({ name, [Symbol.dispose]: () => log.push(`-${name}`) }));
  scope.provide('late', (name: string) => ({
    name,
    [Symbol.asyncDispose]: async () => {
      await Promise.resolve();
      log.push(`~${name}`);
    },
  }));
  scope.provide('bad', (message: string) => ({
    [Symbol.dispose]: () => {
      throw new Error(message);
    },
  }));
  const { code, declared } = compileCell(source, 'cell.ts', (name) => scope.isVariable(name));
  scope.prepare(declared);
  const fn = new Script(code, { filename: 'cell.ts', lineOffset: -1 }).runInThisContext() as (
    ...args: unknown[]
  ) => unknown;
  try {
    return { log, value: await fn(scope.variables, { wait: (value: unknown) => value }) };
  } catch (error) {
    return { log, error };
  }
}

test.each([
  ['a block', '{ using a = held("a"), b = held("b"); log(a.name) } log("after")', ['a', '-b', '-a', 'after']],
  ['a cell, after its result', 'using a = held("a");\nfunction f() { return a.name }\nlog(f())', ['a', '-a']],
  ['a function that returns', 'const f = () => { using a = held("a"); return log(a.name) }; f()', ['a', '-a']],
  [
    'a generator that is left',
    'function* g() { using a = held("a"); yield 1; yield 2 } for (const x of g()) { log(x); break }',
    [1, '-a'],
  ],
  [
    'a loop that goes on and breaks',
    'for (const n of [1, 2, 3]) { using a = held(`${n}`); if (n === 1) continue; if (n === 2) break; }',
    ['-1', '-2'],
  ],
  ['each step of for of', 'for (using a of [held("a"), held("b")]) log(a.name)', ['a', '-a', 'b', '-b']],
  [
    'a whole for',
    'out: for (using a = held("a"), n = { i: 0, [Symbol.dispose]() {} }; n.i < 2; n.i++) { log(n.i); continue out }',
    [0, 1, '-a'],
  ],
  ['a static block', 'class C { static { using a = held("a"); log(a.name) } }', ['a', '-a']],
  [
    'asynchronous ones, in order',
    '{ await using a = late("a"); using b = held("b"); await using c = held("c"); await using d = null } log("after")',
    ['-c', '-b', '~a', 'after'],
  ],
  ['for await', 'for await (await using a of [late("a")]) { log(a.name) }', ['a', '~a']],
  ['in an asynchronous function', 'await (async () => { await using a = late("a"); return 1 })()', ['~a']],
  ['what is no declaration', 'const using = 3; log(using); var o = { using }; log(o.using)', [3, 3]],
  ['lines', '\n{\n using a = held("a")\n at()\n}\nfor (using b of [\n held("b")])\n at()\nat()', [4, '-a', 8, '-b', 9]],
])('using disposes at the end of %s', async (_, source, expected) => {
  expect(await run(source)).toMatchObject({ log: expected });
});

test('a result is there although what made it is gone', async () => {
  expect(await run('using a = held("a"); a.name')).toEqual({ log: ['-a'], value: 'a' });
});

test('errors of disposal: alone, after another, and of what cannot be disposed of', async () => {
  expect(await run('{ using a = bad("no") }')).toMatchObject({ error: { message: 'no' } });
  expect(await run('{ using a = bad("second"); throw new Error("first") }')).toMatchObject({
    error: { name: 'SuppressedError', error: { message: 'second' }, suppressed: { message: 'first' } },
  });
  expect(await run('{ using a = held("a"); using b = {} }')).toMatchObject({
    log: ['-a'],
    error: { name: 'TypeError' },
  });
});

test('modules dispose at the end of their evaluation', async () => {
  const source =
    'using a = $imports.held;\nexport const name: string = a.name;\nexport function f() { return a.name + log() }\nexport default class D {}';
  const exported: Record<string, () => unknown> = {};
  const log: string[] = [];
  const held = { name: 'a', [Symbol.dispose]: () => log.push('-a') };
  const body = new Script(compileModule(`import { log } from 'x';\n${source}`, 'm.ts').code).runInThisContext() as (
    ...args: unknown[]
  ) => Promise<void>;
  const imports = Object.assign([{ log: () => log.join() }], { held });
  await body((getters: object) => Object.assign(exported, getters), imports, {}, runtimeHelpers);
  expect([exported['name']?.(), (exported['f']?.() as () => string)()]).toEqual(['a', 'a-a']);
});
