import { NotebookScope } from '../cells/notebook-scope.js';
import { completeLive } from './live-completion.js';
import { inspectLive } from './live-inspection.js';

const scope = new NotebookScope();
scope.declare('obj', { alpha: 1, 'with-dash': 2, nested: [{ beta: 1 }] });
scope.declare('add', (first: number, second = { of: 2 }) => first + second.of);
scope.follow('imported', () => 'text');
scope.follow('missing', () => {
  throw new ReferenceError('it was asked');
});
scope.declare('trap', {
  get getter() {
    throw new Error('it was run');
  },
});
scope.declare(
  'proxy',
  new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('it was asked');
      },
    },
  ),
);
const complete = (code: string): string[] => completeLive(code, code.length, scope).entries.map(({ name }) => name);
const inspect = (code: string): string | undefined => inspectLive(code, code.length, scope).value;

test.each([
  ['obj.', ['alpha', 'nested']],
  ['obj["', ['alpha', 'nested', 'with-dash']],
  ["obj['with-", ['with-dash']],
  ['obj.nested[0].', ['beta']],
  ['obj.toS', ['toString']],
  ['imported.subst', ['substr', 'substring']],
  ['missing.', []],
  ['trap.', ['getter']],
  ['trap.getter.', []],
  ['proxy.', []],
  ['process.argv0', ['argv0']],
  ['"obj.', []],
  ['import { ', []],
  ['// ob', []],
  ['const ob', []],
  ['ob', ['obj']],
])('%j is completed to %j', (code, expected) => {
  expect(complete(code)).toEqual(expected);
});

test('the notebook’s variables come before globals, and these before keywords', () => {
  const names = complete('');
  expect(names.indexOf('trap')).toBeLessThan(names.indexOf('Array'));
  expect(names.indexOf('setTimeout')).toBeLessThan(names.indexOf('abstract'));
});

test('only what code added to the globals is told beside what the types tell', () => {
  const before = completeLive('ad', 2, scope);
  expect([before.entries.map(({ name }) => name).includes('add'), before.extras]).toEqual([true, 0]);
  Object.assign(globalThis, { addedByCode: 1 });
  try {
    const { entries, extras } = completeLive('ad', 2, scope);
    expect(entries.slice(0, extras)).toEqual([{ name: 'addedByCode', kind: 'variable' }]);
  } finally {
    Reflect.deleteProperty(globalThis, 'addedByCode');
  }
});

test.each([
  ['obj.alpha', 'obj.alpha: number\n1'],
  ['obj.nested[0].beta', 'obj.nested[0].beta: number\n1'],
  ['add', 'add(first, second = { of: 2 })'],
  ['add(1, ', 'add(first, second = { of: 2 })'],
  ['nope', undefined],
  ['trap.getter', undefined],
  ['"add', undefined],
  ['add(1)', undefined],
])('%j is told as %j', (code, expected) => {
  expect(inspect(code)).toBe(expected);
});

test('a large value is cut', () => {
  scope.declare('large', 'x'.repeat(9000));
  expect(inspect('large')?.length).toBeLessThan(2100);
});
