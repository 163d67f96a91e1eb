/** Functions that are sent before declarations around them have run. */
import { decode, encode } from '../index.js';

/** Before V8 12, such a variable can't be told from one that is undefined. */
const isSeen = Number(process.versions.v8.split('.')[0]) >= 12;

test('a function travels beside variables whose declaration has not run yet', () => {
  const base = 40;
  const early = () => base + 2;
  const second = () => base + 3;
  const [first, other] = decode(encode([early, second])) as (() => number)[];
  expect([first?.(), other?.()]).toEqual([42, 43]);
  const late = 5;
  expect((() => late)()).toBe(5);
});

test('one that uses such a variable is refused where that can be seen', () => {
  const uses = () => late;
  if (isSeen) expect(() => encode(uses)).toThrow(/late.*its declaration has not run yet/);
  else expect((decode(encode(uses)) as () => unknown)()).toBe(undefined);
  const late = 5;
  expect((decode(encode(uses)) as () => unknown)()).toBe(late);
});
