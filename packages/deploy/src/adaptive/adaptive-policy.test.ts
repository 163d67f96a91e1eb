import type { Demand } from '@covey/protocol/internal';
import { AdaptivePolicy } from './adaptive-policy.js';
import type { AdaptivePolicyOptions } from './adaptive-policy.js';

const demandOf = (demand: Partial<Demand> = {}): Demand => ({
  ...{ workMs: 0, ready: 0, workers: 2, threads: 2, heldBytes: 0, memoryLimit: 0 },
  ...demand,
});
const policyOf = (options: Partial<AdaptivePolicyOptions> = {}): AdaptivePolicy =>
  new AdaptivePolicy({ minimum: 0, maximum: 100, ...options });

test.each<[string, Partial<Demand>, number]>([
  ['as many as are done in five seconds', { workMs: 50_000, ready: 1000 }, 10],
  ['no more than there are tasks', { workMs: 3_600_000, ready: 4 }, 4],
  ['no more than the maximum', { workMs: 3_600_000, ready: 10_000 }, 100],
  ['by threads', { workMs: 100_000, ready: 1000, workers: 2, threads: 8 }, 5],
  ['twice as many when memory is short', { heldBytes: 70, memoryLimit: 100 }, 4],
])('more workers at once: %s', (_, demand, workers) => {
  expect(policyOf().look(demandOf(demand), 2)).toBe(workers);
});

test('somebody begins, although nothing is known of the work', () => {
  expect(policyOf().look(demandOf({ workers: 0, threads: 0, workMs: 0, ready: 5 }), 0)).toBe(1);
});

test('threads of workers are remembered when there is none', () => {
  const policy = policyOf({ waitCount: 1 });
  policy.look(demandOf({ workers: 1, threads: 4 }), 1);
  expect(policy.look(demandOf({ workers: 0, threads: 0, workMs: 80_000, ready: 100 }), 0)).toBe(4);
});

test('fewer only when three looks in a row found too many, and as many as the most of them wanted', () => {
  const policy = policyOf({ minimum: 1 });
  const busy = (threads: number): Demand => demandOf({ workMs: threads * 5000, ready: 100, workers: 8, threads: 8 });
  expect([busy(2), busy(4), busy(3)].map((demand) => policy.look(demand, 8))).toEqual([8, 8, 4]);
  expect([busy(2), busy(2), busy(8), busy(2), busy(2)].map((demand) => policy.look(demand, 8))).toEqual([
    8, 8, 8, 8, 8,
  ]);
});

test('never below the minimum, at once at the maximum', () => {
  const policy = policyOf({ minimum: 3, maximum: 6, waitCount: 1 });
  expect(policy.look(demandOf(), 0)).toBe(3);
  expect(policy.look(demandOf(), 5)).toBe(3);
  expect(policyOf({ maximum: 6 }).look(demandOf({ workMs: 1e9, ready: 1000 }), 9)).toBe(6);
});

test('workers that hold what would not fit elsewhere stay', () => {
  const policy = policyOf({ waitCount: 1 });
  expect(policy.look(demandOf({ workers: 4, threads: 4, heldBytes: 150, memoryLimit: 400 }), 4)).toBe(3);
});
