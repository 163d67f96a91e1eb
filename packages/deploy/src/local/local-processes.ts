/**
 * The processes of a local cluster, from before there is an address to after the end. It starts, watches and ends them and
 * sweeps up what killed ones leave; what a cluster is to its users is the business of `local-cluster.ts`.
 */
import { rmSync } from 'node:fs';
import { createLineLogger, formatAddress, parseAddress, Secret } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { deferred, isLoopbackHost, makeNonce, socketAddress, sweepSocketFolder } from '@covey/protocol/internal';
import type { NannyEvent, WorkerLaunch } from '@covey/worker/internal';
import { ClusterStartError } from '../errors.js';
import { bundledEntry } from '../host/bundled-entry.js';
import { describeEnd } from './entry-process.js';
import type { LocalClusterOptions, LocalClusterPlan } from './local-cluster-options.js';
import { NannySupervisor } from './nanny-supervisor.js';
import { SchedulerProcess } from './scheduler-process.js';

/** How long processes that are asked to end may take. Workers get two seconds from their nanny. */
const SCHEDULER_GRACE_MS = 2000;
const NANNY_GRACE_MS = 5000;

export class LocalProcesses {
  readonly secret = Secret.random();
  readonly scheduler: SchedulerProcess;
  readonly nanny: NannySupervisor;
  onworker: (event: NannyEvent) => void = () => undefined;
  onover: (reason: string, failed: boolean) => void = () => undefined;

  readonly #plan: LocalClusterPlan;
  readonly #logger: Logger;
  /** Where the cluster's sockets are: what a process that was killed leaves lying is swept up. */
  readonly #socketPaths = new Set<string>();
  readonly #socketOf = new Map<string, string>();
  readonly #ready = new Set<string>();
  readonly #awaited = deferred();
  readonly #gone = new Map<string, () => void>();
  #startFailure: Error | undefined;
  #everReady = false;
  /** Until then, whoever starts the cluster hears of failures by an error. */
  #started = false;
  #known: Promise<unknown>;
  #closing: Promise<void> | undefined;

  constructor(plan: LocalClusterPlan, options: LocalClusterOptions) {
    this.#plan = plan;
    this.#logger = options.logger ?? createLineLogger({ level: 'warn' });
    this.#awaited.promise.catch(() => undefined); // It is waited for later, or the start has failed for another reason.
    const unix =
      plan.protocol === 'unix' ? formatAddress(socketAddress(`cluster ${plan.name} ${makeNonce()}`)) : undefined;
    if (unix !== undefined) this.#noteSocket(unix);
    if (plan.protocol === 'ws' && !isLoopbackHost(plan.host)) {
      this.#logger.warn(
        `the cluster '${plan.name}' listens on ${plan.host}: open to other machines and NOT ENCRYPTED; use protocol 'wss', or a network that you trust`,
      );
    }
    // The nanny first: the way to a first result is longest through it, its workers and their threads.
    this.nanny = new NannySupervisor({
      secret: this.secret,
      workers: workerLaunches(plan, options, 0, plan.workers),
      logger: this.#logger.child({ cluster: plan.name }),
      onevent: (event) => this.#hear(event),
      onover: (reason, failed) => this.#over(reason, failed),
      command: {
        ...(options.execArgv !== undefined && { execArgv: options.execArgv }),
        ...(options.environment !== undefined && { environment: options.environment }),
      },
      ...(plan.tls !== undefined && { tls: plan.tls }),
      ...(unix !== undefined && { scheduler: unix }),
    });
    this.scheduler = new SchedulerProcess({
      clusterName: plan.name,
      secret: this.secret,
      busyPoll: plan.busyPoll,
      listen: [unix ?? webSocketAddress(plan, plan.port)],
      ...(plan.tls !== undefined && { tls: plan.tls }),
      logger: this.#logger.child({ cluster: plan.name }),
      ...(options.idleTimeoutMs !== undefined &&
        options.idleTimeoutMs !== Infinity && { idleTimeoutMs: options.idleTimeoutMs }),
      ...(options.clientGraceMs !== undefined && { clientGraceMs: options.clientGraceMs }),
    });
    this.#known = this.scheduler.process.ended.then((end) => {
      const { closingReason } = this.scheduler;
      this.#over(closingReason ?? `the scheduler ${describeEnd(end)}`, closingReason === undefined);
    });
  }

  /** The address of the scheduler, once it listens and the workers that are waited for are registered. */
  async start(): Promise<string> {
    const [address] = await this.scheduler.ready;
    if (address === undefined) throw new ClusterStartError('the scheduler listens nowhere');
    if (this.#plan.protocol !== 'unix') this.nanny.tellScheduler(address);
    this.#check();
    await this.#awaited.promise;
    return address;
  }

  /** Resolves when the nanny has ended a worker. */
  goneOf(name: string): Promise<void> {
    const { promise, resolve } = deferred();
    this.#gone.set(name, resolve);
    return promise;
  }

  /** Whether a worker, of those that the nanny has, runs as far as its nanny knows. */
  isReady(name: string): boolean {
    return this.#ready.has(name);
  }

  unref(): void {
    this.#started = true;
    this.nanny.unref();
    this.scheduler.process.unref();
    // Now that nothing waits for it: what clusters that were killed left.
    sweepSocketFolder().catch((error: unknown) =>
      this.#logger.warn('the folder of sockets could not be swept', { error }),
    );
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([this.nanny.close(NANNY_GRACE_MS), this.scheduler.close(SCHEDULER_GRACE_MS)]);
      await this.#known;
      for (const path of this.#socketPaths) rmSync(path, { force: true });
      for (const resolve of this.#gone.values()) resolve();
      this.#gone.clear();
    })();
    return this.#closing;
  }

  #hear(event: NannyEvent): void {
    if (event.type === 'worker-ready') {
      this.#everReady = true;
      this.#ready.add(event.name);
      this.#noteSocket(event.address, event.name);
    } else if (event.type === 'worker-died') {
      this.#ready.delete(event.death.worker);
      this.#sweep(event.death.worker);
      if (this.#closing === undefined) this.#logger.warn(event.reason);
      if (event.restartInMs === null) {
        this.#startFailure ??= new ClusterStartError(event.reason);
        this.#forget(event.death.worker);
      }
    } else if (event.type === 'worker-closed') {
      this.#ready.delete(event.name);
      this.#sweep(event.name);
      this.#forget(event.name);
    }
    this.#check();
    this.onworker(event);
  }

  #check(): void {
    const wanted = this.#plan.waitForWorkers;
    if (this.#ready.size >= wanted) this.#awaited.resolve();
    else if (this.#startFailure !== undefined && this.nanny.workers.length < wanted) {
      this.#awaited.reject(this.#startFailure);
    }
    // Tasks would wait for ever for workers of which not one could start.
    if (this.#startFailure !== undefined && !this.#everReady && this.nanny.workers.length === 0) {
      this.#over(`no worker could start: ${this.#startFailure.message}`, true);
    }
  }

  #over(reason: string, failed: boolean): void {
    this.#awaited.reject(new ClusterStartError(`the cluster could not start: ${reason}`));
    if (this.#closing !== undefined) return;
    if (failed && this.#started) this.#logger.error(`${reason}; the cluster '${this.#plan.name}' is over`);
    this.onover(reason, failed);
  }

  #forget(name: string): void {
    this.#gone.get(name)?.();
    this.#gone.delete(name);
  }

  #noteSocket(address: string, worker?: string): void {
    const parsed = parseAddress(address);
    if (parsed.kind !== 'unix') return;
    this.#socketPaths.add(parsed.path);
    if (worker !== undefined) this.#socketOf.set(worker, parsed.path);
  }

  #sweep(worker: string): void {
    const path = this.#socketOf.get(worker);
    if (path === undefined) return;
    rmSync(path, { force: true });
    this.#socketOf.delete(worker);
    this.#socketPaths.delete(path);
  }
}

/** How the workers `first`, `first + 1`, … of a cluster are started. */
export function workerLaunches(
  plan: LocalClusterPlan,
  options: LocalClusterOptions,
  first: number,
  count: number,
): WorkerLaunch[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `worker-${first + i}`,
    memoryLimit: plan.memoryLimit,
    options: {
      nthreads: plan.threadsPerWorker,
      resources: plan.resources,
      ...(options.localDirectory !== undefined && { localDirectory: options.localDirectory }),
      executorEntry: bundledEntry('covey in threads'),
      // Whoever can reach the scheduler has to reach the workers too.
      ...(plan.protocol !== 'unix' && !isLoopbackHost(plan.host) && { listenAddress: webSocketAddress(plan, 0) }),
    },
  }));
}

function webSocketAddress({ protocol, host }: LocalClusterPlan, port: number): string {
  return formatAddress({ kind: protocol === 'wss' ? 'wss' : 'ws', host, port });
}
