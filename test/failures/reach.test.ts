/** Data on its way between a client and workers that die meanwhile, or that the client does not reach at all. */
import { inspect } from 'node:util';
import { ConnectError, Executor, silentLogger } from 'covey';
import { CoveyCommand } from '../support/covey-command.js';
import { RunningCluster } from '../support/running-cluster.js';
import { Sandbox, until } from '../support/sandbox.js';

test('what a worker could not take because it died is brought to another one', async () => {
  const world = await RunningCluster.start();
  try {
    const pid = await world.pidOf('worker-0');
    process.kill(pid, 'SIGSTOP');
    // Its socket takes connections still, and some bytes; the upload waits.
    const scattering = world.executor.scatter(new Float64Array(4_000_000).fill(3), { workers: 'worker-0' });
    const isUnderWay = async () => (await world.executor.schedulerInfo()).counts['waiting'] === 1;
    expect(await until(isUnderWay)).toBe(true);
    process.kill(pid, 'SIGKILL');
    const data = await scattering;
    expect(data.status).toBe('finished');
    expect(await world.executor.submit((xs: Float64Array) => xs.length * (xs[99] ?? 0), data).result()).toBe(12e6);
  } finally {
    await world.close();
  }
});

test('results of a worker that the client does not reach come through the scheduler, and small data goes there by it', async () => {
  const sandbox = new Sandbox();
  const run = (...args: string[]) => new CoveyCommand(args, sandbox.environment);
  const scheduler = run('scheduler', '--port', '0', '--name', 'far', '--json');
  await scheduler.untilSaid(/^\{.*\}$/m);
  // Nobody listens there, as behind a firewall.
  const worker = run('worker', 'far', '--nthreads', '1', '--contact-address', 'ws://127.0.0.1:9');
  await worker.untilSaid(/is ready/);
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (text: string) => void warnings.push(text) };
  const executor = await Executor.connect('far', { logger });
  try {
    const make = (n: number) => new Float64Array(n).fill(n);
    const made = executor.map(make, [10_000, 20_000]);
    expect((await executor.gather(made)).map((xs) => xs[7])).toEqual([10_000, 20_000]);
    expect((await made[0]?.result())?.length).toBe(10_000);
    expect(warnings).toEqual([expect.stringContaining('not reached from here')]);
    const story = (await executor.story(made)).map(({ to }) => to);
    expect(story.filter((to) => to === 'processing')).toHaveLength(2); // Nothing was computed again.
    const data = await executor.scatter(new Uint8Array(100_000).fill(5));
    expect(await executor.submit((bytes: Uint8Array) => bytes[99_999], data).result()).toBe(5);
    // An actor is called directly only: it can't be from here, and is none the worse for it.
    class Counter {
      #count = 0;
      add(n: number): number {
        return (this.#count += n);
      }
    }
    const making = executor.with({ actor: true }).submit(Counter);
    const counter = await making.result();
    expect(inspect(counter)).toBe(`Actor<Counter> { key: '${making.key}' }`);
    await expect(counter.add(1)).rejects.toThrow(ConnectError);
    expect(making.status).toBe('finished');
    const large = executor.submit(make, 10_000_000);
    await expect(large.result()).rejects.toThrow(/76\.3 MiB.*not reached.*--contact-address/s);
  } finally {
    await executor.close();
    await worker.interrupt();
    await scheduler.interrupt();
    await sandbox.expectNothingLeft();
  }
});
