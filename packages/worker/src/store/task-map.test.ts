import type { TaskId } from '@covey/protocol/internal';
import { TaskMap } from './task-map.js';

const id = (number: number) => number as TaskId;

describe('a map by task id', () => {
  it('holds what a Map would, over pages and beyond 32 bits', () => {
    const map = new TaskMap<{ readonly id: number }>();
    const model = new Map<number, { readonly id: number }>();
    const ids = [0, 1, 255, 256, 257, 511, 512, 1_000_000, 2 ** 31, 2 ** 32 + 5, 2 ** 40];
    for (const number of ids) {
      model.set(number, { id: number });
      expect(map.set(id(number), model.get(number) as { id: number })).toBeUndefined();
    }
    expect(map.size).toBe(ids.length);
    for (const number of ids) expect(map.get(id(number))).toBe(model.get(number));
    for (const number of [2, 258, 2 ** 31 + 1]) expect(map.get(id(number))).toBeUndefined();
  });

  it('answers what it replaces and what it gives up, and forgets', () => {
    const map = new TaskMap<{ readonly text: string }>();
    const [first, second] = [{ text: 'a' }, { text: 'b' }];
    map.set(id(7), first);
    expect(map.set(id(7), second)).toBe(first);
    expect(map.size).toBe(1);
    expect(map.take(id(8))).toBeUndefined();
    expect(map.take(id(7))).toBe(second);
    expect(map.take(id(7))).toBeUndefined();
    expect(map.get(id(7))).toBeUndefined();
    expect(map.size).toBe(0);
    map.set(id(7), first);
    expect(map.get(id(7))).toBe(first);
  });
});
