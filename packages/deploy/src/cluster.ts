/**
 * What every cluster is to those who use it, however its processes are started: an address and a secret to connect by, a
 * number of workers to ask for, and an end.
 */
import { inspect } from 'node:util';
import type { ConnectTls, Secret } from '@covey/protocol';
import type { SchedulerInfo, WorkerDeath, WorkerInfo } from '@covey/protocol/internal';
import { Adaptive } from './adaptive/adaptive.js';
import type { AdaptiveOptions } from './adaptive/adaptive.js';
import type { AdaptiveRange } from './adaptive/adaptive-policy.js';
import { askScheduler } from './ask-scheduler.js';

/** What happens to a cluster. */
export type ClusterEvent =
  /** A worker is registered with the scheduler. */
  | { readonly type: 'worker-ready'; readonly name: string; readonly address: string; readonly pid: number }
  /** A worker ended without being asked to; `restartInMs` is null when it will not be started again. */
  | {
      readonly type: 'worker-died';
      readonly name: string;
      readonly reason: string;
      readonly restartInMs: number | null;
      readonly death: WorkerDeath;
    }
  /** A worker ended because somebody asked. */
  | { readonly type: 'worker-closed'; readonly name: string }
  /** Another number of workers was asked for. */
  | { readonly type: 'scaled'; readonly workers: number }
  /** The cluster is over. `failed` tells whether it ended by itself. */
  | { readonly type: 'closed'; readonly reason: string; readonly failed: boolean };

/** The last lines that the processes of a cluster wrote to standard error, by process. */
export type ClusterLogs = Readonly<Record<string, readonly string[]>>;

/**
 * A cluster that this process owns. Closing it, or the end of this process, ends it.
 */
export abstract class Cluster implements AsyncDisposable {
  /** By this the executor knows a cluster that a function captures: inside the task it becomes the task's own. */
  get [Symbol.for('covey.cluster')](): true {
    return true;
  }

  /** What it is made of, e.g. `local`. */
  abstract readonly kind: string;
  readonly name: string;
  /** Where executors and workers reach the scheduler. */
  readonly address: string;
  /** Whoever has it owns the cluster. Prints as a placeholder. */
  readonly secret: Secret;
  /** How to dial its processes over TLS; undefined for any certificate, or none. */
  readonly tls?: ConnectTls;
  readonly #listeners = new Set<(event: ClusterEvent) => void>();
  #adaptive: Adaptive | undefined;

  protected constructor(facts: {
    readonly name: string;
    readonly address: string;
    readonly secret: Secret;
    readonly tls?: ConnectTls;
  }) {
    this.name = facts.name;
    this.address = facts.address;
    this.secret = facts.secret;
    if (facts.tls !== undefined) this.tls = facts.tls;
  }

  /** How many workers were asked for. */
  abstract readonly requested: number;

  /**
   * Asks for so many workers. New ones are started at once and may still be starting when it resolves; those that are too many hand on
   * what they hold and are gone when it resolves.
   * @throws {ClusterClosedError} when the cluster is closed.
   */
  abstract scale(workers: number, options?: { readonly signal?: AbortSignal }): Promise<void>;

  /** The last lines that its processes wrote to standard error. */
  abstract logs(): Promise<ClusterLogs>;

  /** Ends all processes of the cluster. Resolves when nothing is left of it; safe to call again. */
  abstract close(): Promise<void>;

  /** Resolves when the cluster is over, with the reason. */
  abstract readonly closed: Promise<string>;

  /** The workers that the scheduler knows now. */
  async workers(options: { readonly signal?: AbortSignal } = {}): Promise<readonly WorkerInfo[]> {
    return (await this.schedulerInfo(options)).workers;
  }

  /** What the scheduler knows about itself and the cluster. */
  schedulerInfo(options: { readonly signal?: AbortSignal } = {}): Promise<SchedulerInfo> {
    return askScheduler(this, 'scheduler-info', null, options);
  }

  /**
   * Scales the cluster by what there is to do from now on, between two numbers of workers; null ends that, and leaves the workers that
   * there are. What `scale` asks for meanwhile holds until the next look.
   *
   * @example
   * ```ts
   * cluster.adapt({ minimum: 1, maximum: 8 });
   * ```
   * @throws {ConfigurationError} when the range is none; then everything stays as it was.
   */
  adapt(options: AdaptiveOptions | null): void {
    const { name } = this;
    const requested = (): number => this.requested;
    const scaled = {
      ...{ name, demand: () => askScheduler(this, 'demand', null), scale: (workers: number) => this.scale(workers) },
      get requested() {
        return requested();
      },
    };
    const adaptive = options === null ? undefined : new Adaptive(scaled, options);
    this.#adaptive?.close();
    this.#adaptive = adaptive;
    void this.closed.then(() => adaptive?.close());
  }

  /** Between which numbers of workers it is scaled by what there is to do; null when it is not. */
  get adaptive(): AdaptiveRange | null {
    return this.#adaptive?.range ?? null;
  }

  /** Resolves when at least so many workers (default: as many as were asked for) are registered. */
  async waitForWorkers(workers = this.requested, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await askScheduler(this, 'wait-for-workers', { n: workers }, options);
  }

  /** Hears of everything that happens to the cluster from now on; call what it returns to hear no more. */
  subscribe(listener: (event: ClusterEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toString(): string {
    return `${this.constructor.name}(${this.name}, ${this.address})`;
  }

  /** What `console.log` shows. */
  [inspect.custom](): string {
    const { name, kind, address, requested } = this;
    return `${this.constructor.name} { name: '${name}', kind: '${kind}', address: '${address}', workers: ${requested} }`;
  }

  /** For kinds of clusters: tells the listeners. */
  protected emit(event: ClusterEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
