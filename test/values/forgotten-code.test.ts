/** A program and its workers live long: what V8 has compiled it may forget meanwhile, and values travel all the same. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RunningCluster } from '../support/running-cluster.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

function forgetCode(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--stress-flush-code');
  const collect = runInNewContext('gc') as () => void;
  collect();
  setFlagsFromString('--no-stress-flush-code');
}

const records = (): { a: number; b: string }[] => [
  { a: 1, b: 'x' },
  { a: 2, b: 'y' },
];
/** In the worker's thread, just before its result is encoded. */
const forgetful = (given: unknown): unknown => {
  forgetCode();
  return given;
};

it('records come and go when the program and its workers have forgotten code', async () => {
  const on = world.impure.with({ workers: 'worker-0' });
  expect(await on.submit((given: unknown) => given, records()).result()).toEqual(records());
  for (let round = 0; round < 2; round++) {
    forgetCode();
    expect(await on.submit(forgetful, records()).result()).toEqual(records());
  }
  expect(await on.submit(() => 1).result()).toBe(1);
});
