/** A cluster of real processes for one test file, in a sandbox of its own, with one executor; and who is who in it. */
import { Executor, LocalCluster, silentLogger } from 'covey';
import type { Future, LocalClusterOptions } from 'covey';
import { Sandbox, until } from './sandbox.js';

/** Made in `beforeAll`, closed in `afterAll`, which fails when something is left. */
export class RunningCluster {
  readonly #sandbox: Sandbox;
  readonly cluster: LocalCluster;
  readonly executor: Executor;
  /** Calls run each time that they are made. */
  readonly impure: Executor;

  private constructor(sandbox: Sandbox, cluster: LocalCluster, executor: Executor) {
    this.#sandbox = sandbox;
    this.cluster = cluster;
    this.executor = executor;
    this.impure = executor.with({ pure: false });
  }

  /** Default: two workers of one thread each, `worker-0` and `worker-1`. */
  static async start(options: LocalClusterOptions = {}): Promise<RunningCluster> {
    const sandbox = new Sandbox();
    const cluster = await LocalCluster.create({
      workers: 2,
      threadsPerWorker: 1,
      waitForWorkers: 'all',
      logger: silentLogger,
      ...options,
    });
    return new RunningCluster(sandbox, cluster, await Executor.connect(cluster, { logger: silentLogger }));
  }

  /** Another client. */
  connect(): Promise<Executor> {
    return Executor.connect(this.cluster, { logger: silentLogger });
  }

  /** Process id of a worker. */
  async pidOf(worker: string): Promise<number> {
    const found = (await this.executor.schedulerInfo()).workers.find(({ name }) => name === worker);
    if (found === undefined) throw new Error(`there is no ${worker}`);
    return found.pid;
  }

  /** Ends a worker's process as the kernel would, and waits until another is there under its name. */
  async killWorker(worker: string): Promise<void> {
    const pid = await this.pidOf(worker);
    process.kill(pid, 'SIGKILL');
    await until(async () =>
      (await this.executor.schedulerInfo()).workers.some((each) => each.name === worker && each.pid !== pid),
    );
  }

  /** Resolves when a task runs. */
  async isRunning(future: Future<unknown>): Promise<void> {
    await until(async () => (await this.executor.story(future)).some(({ to }) => to === 'executing'));
  }

  async close(): Promise<void> {
    await this.executor.close();
    await this.cluster.close();
    await this.#sandbox.expectNothingLeft();
  }
}

/** What a future fails with; fails itself when it doesn't. */
export async function failure(future: Future<unknown>): Promise<unknown> {
  const value = await future.result().catch((error: unknown) => ({ thrown: error }));
  if (typeof value === 'object' && value !== null && 'thrown' in value) return value.thrown;
  throw new Error(`the task was to fail, and gave ${String(value)}`);
}
