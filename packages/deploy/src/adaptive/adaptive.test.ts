import { createLineLogger } from '@covey/protocol';
import type { Demand } from '@covey/protocol/internal';
import { VirtualClock } from '@covey/protocol/internal';
import { ConfigurationError } from '../errors.js';
import { Adaptive } from './adaptive.js';
import type { AdaptiveOptions } from './adaptive.js';

/** A cluster that has as many workers as were asked for, of one thread each, and works off what there is to do. */
class World {
  readonly clock = new VirtualClock();
  readonly name = 'world';
  readonly lines: string[] = [];
  requested = 0;
  workMs = 0;
  isBroken = false;
  readonly #logger = createLineLogger({ write: (line) => this.lines.push(line) });
  readonly demand = async (): Promise<Demand> => {
    if (this.isBroken) throw new Error('it does not answer');
    const { requested: workers, workMs } = this;
    return { workMs, ready: Math.ceil(workMs / 100), workers, threads: workers, heldBytes: 0, memoryLimit: 0 };
  };
  readonly scale = async (workers: number): Promise<void> => void (this.requested = workers);

  adapt(options: Partial<AdaptiveOptions> = {}): Adaptive {
    const { clock } = this;
    return new Adaptive(this, { minimum: 0, maximum: 10, clock, logger: this.#logger, ...options });
  }

  async seconds(count: number): Promise<number> {
    for (let second = 0; second < count; second++) {
      await settled();
      this.workMs = Math.max(0, this.workMs - 1000 * this.requested);
      this.clock.advance(1000);
    }
    await settled();
    return this.requested;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('grows with the work, shrinks when it is done', async () => {
  const world = new World();
  world.adapt();
  expect(await world.seconds(3)).toBe(0);
  world.workMs = 40_000;
  expect(await world.seconds(1)).toBe(8);
  expect(await world.seconds(20)).toBe(0);
});

test('a scheduler that does not answer for a while ends nothing, and is told of once', async () => {
  const world = new World();
  world.adapt({ minimum: 2 });
  expect(await world.seconds(1)).toBe(2);
  world.isBroken = true;
  await world.seconds(5);
  world.isBroken = false;
  world.workMs = 100_000;
  expect(await world.seconds(1)).toBe(10);
  expect(world.lines.filter((line) => line.includes('could not be scaled'))).toHaveLength(1);
});

test('leaves the cluster alone once it is closed', async () => {
  const world = new World();
  const adaptive = world.adapt();
  await world.seconds(1);
  adaptive.close();
  world.workMs = 40_000;
  expect(await world.seconds(5)).toBe(0);
  expect(world.clock.pending).toBe(0);
});

test.each([
  [2, 1],
  [-1, 1],
  [0, 0],
  [0.5, 2],
])('%d to %d workers is refused', (minimum, maximum) => {
  expect(() => new World().adapt({ minimum, maximum })).toThrow(ConfigurationError);
});
