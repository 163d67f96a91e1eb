/**
 * Watches over the worker processes of one host: starts them, starts them again, holds them to their memory, and says what
 * became of them. It knows nothing of tasks; its words to the scheduler go through a {@link SchedulerLink}.
 */
import type { ConnectTls } from '@covey/protocol';
import { systemClock } from '@covey/protocol/internal';
import type { Clock, Timer, WorkerDeath } from '@covey/protocol/internal';
import { explainDeath } from './nanny-events.js';
import type { NannyEvent } from './nanny-events.js';
import { residentMemoryOf } from './resident-memory.js';
import type { ResidentMemory } from './resident-memory.js';
import { RestartPolicy } from './restart-policy.js';
import type { RestartPolicyOptions } from './restart-policy.js';
import { WorkerProcess } from './worker-process.js';
import type { WorkerCommand, WorkerEnd } from './worker-process.js';
import type { WorkerLaunch } from './worker-ipc.js';

/** Where workers belong. */
export interface ClusterAccess {
  readonly scheduler: string;
  /** The secret as text. */
  readonly secret: string;
  readonly tls?: ConnectTls;
}

export interface NannyOptions {
  /** The session name by which workers and scheduler know this nanny. */
  readonly name: string;
  readonly command: WorkerCommand;
  readonly onEvent: (event: NannyEvent) => void;
  /**
   * Whether it watches over its workers. If not, it only starts and ends them: none is started again or held to its memory, and for the
   * scheduler they have no nanny. Default true.
   */
  readonly watches?: boolean;
  readonly restart?: RestartPolicyOptions;
  /** Between two looks at the memory of the workers. Default 100 ms. */
  readonly memoryPollMs?: number;
  /** How long a worker that is asked to end may take. Default 2000 ms. */
  readonly closeGraceMs?: number;
  readonly clock?: Clock;
  readonly residentMemory?: ResidentMemory;
}

/** The part of its limit at which a worker is ended. */
const TERMINATE_AT = 0.95;

interface Ward {
  readonly launch: WorkerLaunch;
  readonly policy: RestartPolicy;
  process: WorkerProcess;
  restartTimer: Timer | undefined;
  /** Someone asked for the end of the process: of the worker too, or to start it afresh. */
  asked: 'no' | 'remove' | 'restart';
}

/**
 * @example
 * ```ts
 * const nanny = new Nanny({ name, command: workerCommand(), onEvent: console.log });
 * nanny.addWorkers([{ name: 'alice', memoryLimit: 2e9, options: { nthreads: 2 } }]); // processes start now
 * nanny.connectWorkers({ scheduler: 'ws://10.0.0.1:8786', secret });                // and learn where they belong
 * await nanny.close();
 * ```
 */
export class Nanny implements AsyncDisposable {
  readonly name: string;
  readonly #options: NannyOptions;
  readonly #clock: Clock;
  readonly #residentMemory: ResidentMemory;
  readonly #watches: boolean;
  readonly #wards = new Map<string, Ward>();
  #access: ClusterAccess | undefined;
  #memoryTimer: Timer | undefined;
  #measuring = false;
  #closing: Promise<void> | undefined;

  constructor(options: NannyOptions) {
    this.name = options.name;
    this.#options = options;
    this.#watches = options.watches ?? true;
    this.#clock = options.clock ?? systemClock;
    this.#residentMemory = options.residentMemory ?? residentMemoryOf();
  }

  /** Names of the workers under its care, also those that are between two lives. */
  get workers(): readonly string[] {
    return [...this.#wards.keys()];
  }

  /**
   * Starts processes, all at once.
   * @throws RangeError for a name that is in use.
   */
  addWorkers(launches: readonly WorkerLaunch[]): void {
    if (this.#closing) return;
    for (const launch of launches) {
      if (this.#wards.has(launch.name)) throw new RangeError(`the nanny already has a worker named ${launch.name}`);
      const policy = new RestartPolicy(this.#options.restart);
      const ward: Ward = { launch, policy, process: this.#spawn(launch), restartTimer: undefined, asked: 'no' };
      this.#wards.set(launch.name, ward);
      this.#watch(ward);
    }
    if (this.#watches)
      this.#memoryTimer ??= this.#clock.setTimer(this.#lookAtMemory, this.#options.memoryPollMs ?? 100);
  }

  /** Tells the workers, present and future, where they belong: known later than the processes are started. */
  connectWorkers(access: ClusterAccess): void {
    this.#access = access;
    for (const ward of this.#wards.values()) this.#configure(ward);
  }

  /** Ends workers for good. Names that it doesn't know are ignored. */
  async removeWorkers(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.flatMap((name) => {
        const ward = this.#wards.get(name);
        return ward === undefined ? [] : [this.#stop(ward, 'remove')];
      }),
    );
  }

  /** Ends the processes of these workers (all by default) and starts them again; resolves when all are ready again. */
  async restart(names: readonly string[] = this.workers): Promise<void> {
    const wards = names.map((name) => {
      const ward = this.#wards.get(name);
      if (ward === undefined) throw new RangeError(`the nanny has no worker named ${name}`);
      return ward;
    });
    await Promise.all(
      wards.map(async (ward) => {
        await this.#stop(ward, 'restart');
        await ward.process.ready;
      }),
    );
  }

  /** Ends all workers. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#memoryTimer !== undefined) this.#clock.clearTimer(this.#memoryTimer);
      await this.removeWorkers(this.workers);
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #spawn(_launch: WorkerLaunch): WorkerProcess {
    return new WorkerProcess(this.#options.command, this.#clock.now());
  }

  #configure(ward: Ward): void {
    if (this.#access === undefined) return;
    const nanny = this.#watches ? { nanny: this.name } : {};
    ward.process.configure({ type: 'config', ...ward.launch, ...this.#access, ...nanny });
  }

  #watch(ward: Ward): void {
    const { process, launch } = ward;
    this.#configure(ward);
    void process.ready.then(
      (address) => this.#options.onEvent({ type: 'worker-ready', name: launch.name, pid: process.pid ?? 0, address }),
      () => undefined, // Its end is reported by `ended`.
    );
    void process.ended.then((end) => this.#afterEnd(ward, end));
  }

  async #stop(ward: Ward, why: 'remove' | 'restart'): Promise<void> {
    if (ward.asked !== 'remove') ward.asked = why;
    if (ward.restartTimer !== undefined) {
      this.#clock.clearTimer(ward.restartTimer);
      ward.restartTimer = undefined;
      if (ward.asked === 'remove') this.#forget(ward);
      else this.#startAgain(ward);
      return;
    }
    const { process } = ward;
    await process.stop(this.#options.closeGraceMs ?? 2000);
  }

  #afterEnd(ward: Ward, end: WorkerEnd): void {
    if (ward.asked === 'restart') return this.#startAgain(ward);
    // Status 0 is a worker that the scheduler closed or retired.
    if (ward.asked === 'remove' || (end.exitCode === 0 && end.wasReady)) return this.#forget(ward);
    const nowMs = this.#clock.now();
    const death = this.#death(ward, end, nowMs);
    const decision = ward.policy.afterDeath({
      wasReady: end.wasReady,
      lifeMs: nowMs - ward.process.startedMs,
      permanent: !this.#watches || end.failure?.permanent === true,
    });
    const reason = explainDeath(death, end.failure?.message);
    this.#options.onEvent({
      type: 'worker-died',
      death,
      reason,
      restartInMs: decision.restart ? decision.delayMs : null,
    });
    if (!decision.restart) return this.#forget(ward, false);
    ward.restartTimer = this.#clock.setTimer(() => {
      ward.restartTimer = undefined;
      this.#startAgain(ward);
    }, decision.delayMs);
  }

  #death(ward: Ward, end: WorkerEnd, nowMs: number): WorkerDeath {
    const { launch, process } = ward;
    return {
      worker: launch.name,
      pid: process.pid ?? 0,
      exitCode: end.exitCode,
      signal: end.signal,
      memory: process.memory.before(nowMs),
      memoryLimit: launch.memoryLimit,
      overMemory: end.overMemory,
      stderr: end.stderr,
    };
  }

  #startAgain(ward: Ward): void {
    if (this.#closing) return this.#forget(ward);
    ward.asked = 'no';
    ward.process = this.#spawn(ward.launch);
    this.#watch(ward);
  }

  #forget(ward: Ward, closed = true): void {
    this.#wards.delete(ward.launch.name);
    if (closed) this.#options.onEvent({ type: 'worker-closed', name: ward.launch.name });
    if (this.#wards.size === 0) this.#options.onEvent({ type: 'no-workers' });
  }

  readonly #lookAtMemory = (): void => {
    this.#memoryTimer = this.#clock.setTimer(this.#lookAtMemory, this.#options.memoryPollMs ?? 100);
    // `ps` may be slower than the interval.
    if (this.#measuring) return;
    this.#measuring = true;
    const living = [...this.#wards.values()].filter(({ process }) => !process.isOver && process.pid !== undefined);
    void this.#residentMemory(living.map(({ process }) => process.pid ?? 0))
      .then((bytesOf) => {
        const nowMs = this.#clock.now();
        for (const { process, launch } of living) {
          const bytes = bytesOf.get(process.pid ?? 0);
          if (bytes === undefined || process.isOver) continue;
          process.memory.add(nowMs, bytes);
          if (launch.memoryLimit > 0 && bytes >= launch.memoryLimit * TERMINATE_AT) process.killForMemory();
        }
      })
      .finally(() => {
        this.#measuring = false;
      });
  };
}
