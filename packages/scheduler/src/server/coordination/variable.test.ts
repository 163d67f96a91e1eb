import { TaskHold } from './item.js';
import type { Item } from './item.js';
import { RecordingWait } from './recording-wait.js';
import { Variable } from './variable.js';

const gets = (variable: Variable) => {
  const wait = new RecordingWait<readonly Item[]>();
  variable.get(wait);
  return wait;
};
const plain = (n: number): Item => ({ value: Uint8Array.of(n), hold: null });

test('is waited for until it is set, and read by all', () => {
  const variable = new Variable();
  const [early, other] = [gets(variable), gets(variable)];
  const one = plain(1);
  expect(variable.set(one)).toBeUndefined();
  expect([early.answer, other.answer, gets(variable).answer]).toEqual([[one], [one], [one]]);
});

test('answers with what was replaced or deleted', () => {
  const variable = new Variable();
  const [one, two] = [plain(1), plain(2)];
  variable.set(one);
  expect(variable.set(two)).toBe(one);
  expect(variable.delete()).toBe(two);
  expect(variable.isIdle).toBe(true);
});

test('a value read and then replaced keeps its tasks until its reader has them', () => {
  let letGo = 0;
  const hold = new TaskHold(['k'], () => letGo++);
  const variable = new Variable();
  variable.set({ value: Uint8Array.of(1), hold });
  const [taken] = gets(variable).answer as Item[];
  variable.set(plain(2))?.hold?.release();
  expect(letGo).toBe(0);
  taken!.hold!.release();
  expect(letGo).toBe(1);
});
