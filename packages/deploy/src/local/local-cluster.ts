/**
 * A cluster of real processes on this machine, owned by this program: a scheduler, and a nanny with its workers. All start at
 * once; the workers dial the scheduler until it is there. However this program ends, they end with it.
 */
import { deferred } from '@covey/protocol/internal';
import type { NannyEvent } from '@covey/worker/internal';
import { askScheduler } from '../ask-scheduler.js';
import { Cluster } from '../cluster.js';
import type { ClusterLogs } from '../cluster.js';
import { ClusterClosedError, ConfigurationError } from '../errors.js';
import { planLocalCluster } from './local-cluster-options.js';
import type { LocalClusterOptions, LocalClusterPlan } from './local-cluster-options.js';
import { LocalProcesses, workerLaunches } from './local-processes.js';

/** What ended is noticed by its nanny in milliseconds. */
const NEWS_TIMEOUT_MS = 3_000;

/**
 * A cluster of processes on this machine: a scheduler, workers, and a nanny that starts again those that die. It ends with `close()`, or with
 * the program, however that ends.
 *
 * @example
 * ```ts
 * await using cluster = await LocalCluster.create({ workers: 4 });
 * await using executor = await Executor.connect(cluster);
 * console.log(await executor.submit((x: number) => x + 1, 1).result());
 * ```
 */
export class LocalCluster extends Cluster {
  readonly kind = 'local';
  readonly #processes: LocalProcesses;
  readonly #plan: LocalClusterPlan;
  readonly #options: LocalClusterOptions;
  readonly #closed = deferred<string>();
  readonly #newsListeners = new Set<(worker: string) => void>();
  #requested: number;
  #nextWorker: number;
  #closing: Promise<void> | undefined;
  #scaling: Promise<void> = Promise.resolve();

  private constructor(
    processes: LocalProcesses,
    address: string,
    plan: LocalClusterPlan,
    options: LocalClusterOptions,
  ) {
    const { tls } = plan;
    super({ name: plan.name, address, secret: processes.secret, ...(tls !== undefined && { tls }) });
    this.#processes = processes;
    this.#plan = plan;
    this.#options = options;
    this.#requested = plan.workers;
    this.#nextWorker = plan.workers;
    processes.onworker = (event) => this.#hear(event);
    processes.onover = (reason, failed) => void this.#end(reason, failed);
  }

  /**
   * Starts a cluster.
   * @throws {ConfigurationError} for an option that is not what it must be; `ListenError` when the port is taken;
   * {@link ClusterStartError} when a process does not start. Nothing is left behind then.
   */
  static async create(options: LocalClusterOptions = {}): Promise<LocalCluster> {
    options.signal?.throwIfAborted();
    const plan = planLocalCluster(options);
    const processes = new LocalProcesses(plan, options);
    try {
      const address = await abortable(processes.start(), options.signal);
      const cluster = new LocalCluster(processes, address, plan, options);
      processes.unref();
      return cluster;
    } catch (error) {
      await processes.close();
      throw error;
    }
  }

  get requested(): number {
    return this.#requested;
  }

  get closed(): Promise<string> {
    return this.#closed.promise;
  }

  async scale(workers: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#closing !== undefined) throw new ClusterClosedError(`the cluster '${this.name}' is closed`);
    if (!Number.isSafeInteger(workers) || workers < 0) {
      throw new ConfigurationError(`a cluster is scaled to a whole number of workers from 0, not ${String(workers)}`);
    }
    this.#requested = workers;
    // One after the other: each decides by who is there, and only the last word counts.
    const turn = this.#scaling.then(() => this.#adjust(options));
    this.#scaling = turn.catch(() => undefined); // Told to who asked.
    await turn;
    this.emit({ type: 'scaled', workers });
  }

  async logs(): Promise<ClusterLogs> {
    const { scheduler, nanny } = this.#processes;
    return { scheduler: scheduler.process.log.lines, workers: nanny.lines };
  }

  close(): Promise<void> {
    return this.#end('it was closed', false);
  }

  /** Process ids, for tests and tools: of the scheduler and the nanny. */
  get pids(): { readonly scheduler: number | undefined; readonly nanny: number | undefined } {
    return { scheduler: this.#processes.scheduler.process.pid, nanny: this.#processes.nanny.pid };
  }

  async #adjust(options: { readonly signal?: AbortSignal }): Promise<void> {
    options.signal?.throwIfAborted();
    const { nanny } = this.#processes;
    await this.#untilNoneIsLeaving(options);
    const excess = nanny.workers.length - this.#requested;
    if (excess > 0) await this.#retire(excess, options);
    else if (excess < 0) {
      nanny.addWorkers(workerLaunches(this.#plan, this.#options, this.#nextWorker, -excess));
      this.#nextWorker -= excess;
    }
  }

  /**
   * Workers that retired, or that died, are gone for the scheduler a moment before their nanny knows: it is waited for, or they would
   * be counted.
   */
  async #untilNoneIsLeaving(options: { readonly signal?: AbortSignal }): Promise<void> {
    const ready = this.#processes.nanny.workers.filter((name) => this.#processes.isReady(name));
    if (ready.length === 0) return;
    const registered = new Set((await this.workers(options)).map(({ name }) => name));
    const leaving = ready.filter((name) => !registered.has(name) && this.#processes.isReady(name));
    await Promise.all(leaving.map((name) => this.#newsOf(name)));
  }

  /** Resolves when its nanny tells something of a worker, or after a while: perhaps only its connection broke. */
  #newsOf(name: string): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#newsListeners.delete(listener);
        resolve();
      };
      const listener = (about: string) => {
        if (about === name) done();
      };
      const timer = setTimeout(done, NEWS_TIMEOUT_MS).unref();
      this.#newsListeners.add(listener);
    });
  }

  /**
   * Those that are still starting go first, since they hold nothing; the scheduler chooses among the others and moves what they
   * hold. When all are to go there is nowhere to move it: what is still wanted is computed again by workers that come later.
   */
  async #retire(excess: number, options: { readonly signal?: AbortSignal }): Promise<void> {
    const { workers: all } = this.#processes.nanny;
    if (excess === all.length) return this.#remove(all);
    const registered = new Set((await this.workers(options)).map(({ name }) => name));
    const starting = all.filter((name) => !registered.has(name)).slice(-excess);
    const n = excess - starting.length;
    const removed = this.#remove(starting);
    if (n > 0) {
      const retired = new Set(await askScheduler(this, 'retire-workers', { n, close: false }, options));
      const names = (await this.workers(options)).filter(
        ({ name, address }) => retired.has(name) || retired.has(address),
      );
      await this.#remove(names.map(({ name }) => name));
    }
    await removed;
  }

  /** Resolves when they are gone. */
  async #remove(names: readonly string[]): Promise<void> {
    const gone = names.map((name) => this.#processes.goneOf(name));
    this.#processes.nanny.removeWorkers(names);
    await Promise.all(gone);
  }

  #hear(event: NannyEvent): void {
    if (event.type !== 'no-workers') {
      const name = event.type === 'worker-died' ? event.death.worker : event.name;
      for (const listener of [...this.#newsListeners]) listener(name);
    }
    switch (event.type) {
      case 'worker-ready':
      case 'worker-closed':
        this.emit(event);
        break;
      case 'worker-died':
        this.emit({ ...event, name: event.death.worker });
        break;
      case 'no-workers':
        break;
    }
  }

  #end(reason: string, failed: boolean): Promise<void> {
    this.#closing ??= (async () => {
      await this.#processes.close();
      this.#closed.resolve(reason);
      this.emit({ type: 'closed', reason, failed });
    })();
    return this.#closing;
  }
}

/** Waits for a promise or the signal, whichever comes first. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const aborted = deferred<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
