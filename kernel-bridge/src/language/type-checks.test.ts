import type { Problem, ToLanguage } from './messages.js';
import { describeProblems, TypeChecks } from './type-checks.js';

const problem: Problem = { line: 2, column: 7, code: 2322, message: 'no' };
const cell = { id: 1, code: 'a', file: 'cell.ts' };

function world(): { checks: TypeChecks; said: string[]; asked: ToLanguage[]; timers: (() => void)[] } {
  const said: string[] = [];
  const asked: ToLanguage[] = [];
  const timers: (() => void)[] = [];
  const checks = new TypeChecks({
    toLanguage: (message) => asked.push(message),
    after: (_, then) => timers.push(then),
    warn: (id, text) => said.push(`${id}: ${text}`),
  });
  return { checks, said, asked, timers };
}

test('a cell runs beside its check, and waits for its warnings when it is done', () => {
  const { checks, said } = world();
  checks.onLanguage({ type: 'warm' });
  checks.begin(cell, () => said.push('runs'));
  checks.finish(1, () => said.push('idle'));
  expect(said).toEqual(['runs']);
  checks.onLanguage({ type: 'checked', id: 1, problems: [problem] });
  expect(said).toEqual(['runs', '1: cell.ts:2:7 - warning TS2322: no\n', 'idle']);
});

test.each([
  ['the time is over', (timers: (() => void)[]) => timers.forEach((then) => then())],
  ['another cell wants to run', (_: unknown, checks: TypeChecks) => checks.hurry()],
  ['the checker is gone', (_: unknown, checks: TypeChecks) => checks.onGone()],
])('it stops waiting when %s', (_, stop) => {
  const { checks, said, timers } = world();
  checks.onLanguage({ type: 'warm' });
  checks.begin(cell, () => undefined);
  checks.finish(1, () => said.push('idle'));
  stop(timers, checks);
  expect(said).toEqual(['idle']);
});

test('before the checker is warm nobody waits, and warnings come late', () => {
  const { checks, said } = world();
  checks.begin(cell, () => undefined);
  checks.finish(1, () => said.push('idle'));
  checks.onLanguage({ type: 'checked', id: 1, problems: [problem] });
  expect(said).toEqual(['idle', '1: cell.ts:2:7 - warning TS2322: no\n']);
});

test('in the mode error a cell waits for its check', () => {
  const { checks } = world();
  const found: (readonly Problem[])[] = [];
  checks.mode = 'error';
  checks.begin(cell, (problems) => found.push(problems));
  expect(found).toEqual([]);
  checks.onLanguage({ type: 'checked', id: 1, problems: [problem] });
  expect(found).toEqual([[problem]]);
});

test('what is no TypeScript is not checked, nor anything in the mode off', () => {
  const { checks, asked } = world();
  for (const code of ['%who', '%timeit 1', '%%timeit', ' ']) checks.begin({ ...cell, code }, () => undefined);
  checks.mode = 'off';
  checks.begin(cell, () => undefined);
  expect(asked).toEqual([]);
});

test('a check begins when its cell has had a moment, or is answered before, and never twice', () => {
  const { checks, asked, timers } = world();
  checks.begin(cell, () => expect(asked).toEqual([]));
  expect(asked).toEqual([]);
  timers.forEach((then) => then());
  checks.start(1);
  checks.begin({ ...cell, id: 2 }, () => undefined);
  checks.start(2);
  timers.forEach((then) => then());
  expect(asked.map((message) => (message.type === 'check' ? message.id : message.type))).toEqual([1, 2]);
  checks.begin({ ...cell, id: 3 }, () => undefined);
  checks.drop(3);
  timers.forEach((then) => then());
  expect(asked).toHaveLength(2);
});

test('what a cell magic takes is checked, on its lines', () => {
  const { checks, asked } = world();
  checks.begin({ ...cell, code: '%%submit x\nf(1)' }, () => undefined);
  checks.start(cell.id);
  expect(asked).toEqual([{ type: 'check', id: cell.id, code: '          \nf(1)' }]);
});

test('problems read as compilers write them', () => {
  expect(describeProblems('cell-3.ts', 'warning', [problem])).toBe('cell-3.ts:2:7 - warning TS2322: no\n');
});
