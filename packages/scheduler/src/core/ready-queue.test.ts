import { ReadyQueue } from './ready-queue.js';
import { State } from './states.js';
import { NOWHERE, TaskTable } from './task-table.js';
import { RandomSource } from './testing/random-source.js';

const PLACE = 7;

function queued(tasks: TaskTable, orderBase = 0): number {
  const slot = tasks.allocate(orderBase);
  tasks.state[slot] = State.queued;
  tasks.place[slot] = PLACE;
  return slot;
}

test('gives the least order first, whatever came, went and came again meanwhile', () => {
  const tasks = new TaskTable();
  const queue = new ReadyQueue(tasks, PLACE);
  const random = new RandomSource(5);
  const inside = new Set<number>();
  const outside: number[] = [];
  for (let step = 0; step < 30_000; step++) {
    const what = random.below(4);
    if (what < 2) {
      const again = random.oneIn(3) ? outside.pop() : undefined;
      const slot = again ?? queued(tasks, random.oneIn(4) ? -1000 * random.below(3) : 0);
      tasks.place[slot] = PLACE;
      queue.push(slot);
      inside.add(slot);
    } else {
      const first = queue.peek();
      const least = [...inside].reduce(
        (best, slot) => (best === -1 || tasks.order[slot]! < tasks.order[best]! ? slot : best),
        -1,
      );
      expect(first).toBe(least);
      const leaving = what === 2 ? first : random.pick([...inside]);
      if (leaving === undefined || leaving === -1) continue;
      tasks.place[leaving] = NOWHERE;
      queue.left();
      inside.delete(leaving);
      outside.push(leaving);
    }
    if (inside.size > 60) {
      for (const slot of inside) {
        tasks.place[slot] = NOWHERE;
        queue.left();
      }
      inside.clear();
    }
    expect(queue.live).toBe(inside.size);
  }
});

test('visits each task once', () => {
  const tasks = new TaskTable();
  const queue = new ReadyQueue(tasks, PLACE);
  const slots = [queued(tasks), queued(tasks), queued(tasks)];
  for (const slot of [slots[1]!, slots[0]!, slots[2]!]) queue.push(slot);
  tasks.place[slots[0]!] = NOWHERE;
  queue.left();
  tasks.place[slots[0]!] = PLACE;
  queue.push(slots[0]!);
  const seen: number[] = [];
  queue.forEach((slot) => seen.push(slot));
  expect(seen.sort()).toEqual(slots);
});
