import { ItemQueue } from './item-queue.js';
import type { Item } from './item.js';
import { RecordingWait } from './recording-wait.js';

const item = (n: number): Item => ({ value: Uint8Array.of(n), hold: null });
const numbers = (items: unknown) => (items as Item[] | undefined)?.map(({ value }) => value[0]);

function puts(queue: ItemQueue, n: number, maxsize = 0): RecordingWait<boolean> {
  const wait = new RecordingWait<boolean>();
  queue.put(wait, item(n), maxsize);
  return wait;
}

function gets(queue: ItemQueue, count = 1): RecordingWait<readonly Item[]> {
  const wait = new RecordingWait<readonly Item[]>();
  queue.get(wait, count);
  return wait;
}

test('gives items in the order in which they were put', () => {
  const queue = new ItemQueue();
  for (const n of [1, 2, 3]) expect(puts(queue, n).answer).toBe(true);
  expect(queue.size).toBe(3);
  expect([1, 2, 3].map(() => numbers(gets(queue).answer))).toEqual([[1], [2], [3]]);
  expect(queue.isIdle).toBe(true);
});

test('getters wait and are served in the order in which they came', () => {
  const queue = new ItemQueue();
  const [a, b] = [gets(queue), gets(queue)];
  puts(queue, 1);
  expect([numbers(a.answer), b.answer]).toEqual([[1], undefined]);
  puts(queue, 2);
  expect(numbers(b.answer)).toEqual([2]);
});

test('putters wait while it is full', () => {
  const queue = new ItemQueue();
  const [a, b, c] = [puts(queue, 1, 1), puts(queue, 2, 1), puts(queue, 3, 1)];
  expect([a.answer, b.answer, c.answer]).toEqual([true, undefined, undefined]);
  expect(numbers(gets(queue).answer)).toEqual([1]);
  expect([b.answer, c.answer]).toEqual([true, undefined]);
  queue.withdrawPut(c);
  expect(numbers(gets(queue).answer)).toEqual([2]);
  expect([c.answer, queue.size]).toEqual([undefined, 0]);
});

test('a getter of several takes them together and holds up who came after it', () => {
  const queue = new ItemQueue();
  const [three, one] = [gets(queue, 3), gets(queue)];
  puts(queue, 1);
  puts(queue, 2);
  expect([three.answer, one.answer, queue.size]).toEqual([undefined, undefined, 2]);
  puts(queue, 3);
  puts(queue, 4);
  expect([numbers(three.answer), numbers(one.answer)]).toEqual([[1, 2, 3], [4]]);
});

test('a getter of several that gives up lets the others through', () => {
  const queue = new ItemQueue();
  const [three, one] = [gets(queue, 3), gets(queue)];
  puts(queue, 1);
  queue.withdrawGet(three);
  expect(numbers(one.answer)).toEqual([1]);
});

test('a getter of more than the maxsize is served all the same', () => {
  const queue = new ItemQueue();
  const three = gets(queue, 3);
  const answers = [1, 2, 3, 4, 5].map((n) => puts(queue, n, 1));
  expect(numbers(three.answer)).toEqual([1, 2, 3]);
  expect(answers.map((wait) => wait.answer)).toEqual([true, true, true, true, undefined]);
});

test('drains what is there and lets waiting putters in', () => {
  const queue = new ItemQueue();
  const [, second] = [puts(queue, 1, 1), puts(queue, 2, 1)];
  expect(numbers(queue.drain(Infinity))).toEqual([1]);
  expect([second.answer, queue.size]).toEqual([true, 1]);
  expect(numbers(queue.drain(0))).toEqual([]);
});

test('closing fails who waits and gives back the items', () => {
  const queue = new ItemQueue();
  puts(queue, 1, 1);
  const waiting = puts(queue, 2, 1);
  const reason = new Error('closed');
  expect(numbers(queue.close(reason))).toEqual([1]);
  expect([waiting.answer, queue.isIdle]).toEqual([reason, true]);
});

test('keeps the order over many puts and gets', () => {
  const queue = new ItemQueue();
  const out: unknown[] = [];
  for (let n = 0; n < 200; n++) {
    puts(queue, n);
    if (n % 3 !== 0) out.push(...numbers(gets(queue).answer)!);
  }
  out.push(...numbers(queue.drain(Infinity))!);
  expect(out).toEqual(Array.from({ length: 200 }, (_, n) => n));
});
