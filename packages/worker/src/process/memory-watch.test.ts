import type { Incarnation } from './incarnation.js';
import { MemoryWatch } from './memory-watch.js';

function fakeWorker() {
  const said: string[] = [];
  const worker = {
    pool: { takeLetGo: () => 0, age: () => said.push('age'), trim: () => said.push('trim') },
    core: { handleMemory: (isShort: boolean) => said.push(isShort ? 'pause' : 'go on') },
    collect: () => said.push('collect'),
    turn: () => said.push('turn'),
  } as unknown as Incarnation;
  const take = (): string[] => said.splice(0);
  return { worker, take };
}

it('pauses above its fraction once, gives memory back, and goes on well below', () => {
  const { worker, take } = fakeWorker();
  const watch = new MemoryWatch({ memoryLimit: 1000, pauseFraction: 0.8 });
  const steps: readonly [number, readonly string[]][] = [
    [500, []],
    [800, []],
    [801, ['trim', 'collect', 'pause', 'turn']],
    [900, []],
    [750, []],
    [719, ['go on', 'turn']],
    [790, []],
  ];
  for (const [residentBytes, said] of steps) {
    watch.check(worker, residentBytes);
    expect(take()).toEqual(said);
  }
});

it('does nothing without a limit', () => {
  const { worker, take } = fakeWorker();
  expect(new MemoryWatch({ memoryLimit: 0, pauseFraction: 0.8 }).check(worker, 1e15)).toBe(false);
  expect(take()).toEqual([]);
});

it('lets the pool age every five seconds', () => {
  const { worker, take } = fakeWorker();
  const watch = new MemoryWatch({ memoryLimit: 0, pauseFraction: 0.8 });
  for (let i = 0; i < 24; i++) watch.check(worker, 0);
  expect(take()).toEqual([]);
  for (let i = 0; i < 26; i++) watch.check(worker, 0);
  expect(take()).toEqual(['age', 'age']);
});
