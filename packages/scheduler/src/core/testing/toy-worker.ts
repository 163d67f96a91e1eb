/**
 * A worker as the core may imagine it: it fetches, runs, keeps and drops as it is told, with messages under way in both
 * directions, and gets things wrong only in the ways a real one may.
 */
import { RECALLED } from '@covey/protocol/internal';
import type { AttemptId, TaskId, WorkerId } from '@covey/protocol/internal';
import type { SchedulerCore } from '../core.js';
import type { RandomSource } from './random-source.js';
import type { Message } from './recording-output.js';

interface Attempt {
  readonly taskId: TaskId;
  readonly attempt: AttemptId;
  readonly key: string;
  readonly kind: number;
  /** Dependencies that are not here, and who is said to have them; null while the scheduler is asked. */
  readonly missing: Map<TaskId, readonly WorkerId[] | null>;
  /** Dependencies that came inside the message, or are kept. */
  readonly needs: readonly TaskId[];
  readonly inline: ReadonlySet<TaskId>;
  /** Dependencies that another attempt here is to make. */
  readonly coming: Set<TaskId>;
  started: boolean;
  suspended: boolean;
  /** Its result will hold futures. */
  holdsTasks: boolean;
}

const atFirst = { started: false, suspended: false, holdsTasks: false };

/** What a toy worker sees of the others. */
export interface ToyPeers {
  holds(worker: WorkerId, taskId: TaskId): boolean;
}

export class ToyWorker {
  readonly id: WorkerId;
  readonly name: string;
  readonly nthreads: number;
  readonly held = new Set<TaskId>();
  /** Messages from the scheduler that have not arrived. */
  readonly inbox: Message[] = [];
  /** Messages to the scheduler that have not arrived. */
  readonly outbox: ((core: SchedulerCore, now: number) => void)[] = [];
  readonly attempts = new Map<TaskId, Attempt>();
  #thread = 0;

  constructor(id: WorkerId, name: string, nthreads: number) {
    this.id = id;
    this.name = name;
    this.nthreads = nthreads;
  }

  /** One message of the scheduler arrives. */
  receive(): void {
    const message = this.inbox.shift();
    if (message === undefined) return;
    switch (message.said) {
      case 'compute': {
        const [, taskId, attempt, key, , , , kind, , dependencies] = message.args;
        this.#compute(taskId, attempt, key, kind, dependencies ?? []);
        break;
      }
      case 'cancelAttempt': {
        const [, taskId, attempt, reason] = message.args;
        const found = this.attempts.get(taskId);
        if (found?.attempt !== attempt || (reason === RECALLED && found.started)) break;
        this.attempts.delete(taskId);
        this.#send((core, now) => core.workerStopped(this.id, taskId, attempt, found.started, reason, now));
        break;
      }
      case 'free':
        for (const taskId of message.args[1]) this.held.delete(taskId);
        break;
      case 'holders': {
        const [, taskId, , workers] = message.args;
        for (const attempt of this.attempts.values()) {
          if (attempt.missing.has(taskId)) attempt.missing.set(taskId, workers);
        }
        break;
      }
      case 'acquire': {
        const [, taskId, , workers] = message.args;
        if (workers.some((peer) => this.#peers!.holds(peer, taskId))) this.#gain(taskId);
        break;
      }
      case 'store':
        this.held.add(message.args[1]);
        break;
      default:
        break;
    }
  }

  #peers: ToyPeers | undefined;

  meet(peers: ToyPeers): void {
    this.#peers = peers;
  }

  /** Does one thing of its own: fetches, starts, suspends or ends an attempt. Answers whether it could. */
  act(random: RandomSource, mayFail: boolean): boolean {
    const attempt = random.pick([...this.attempts.values()]);
    if (attempt === undefined) return false;
    if (!attempt.started) {
      if (attempt.coming.size > 0) return false;
      for (const taskId of attempt.needs) {
        const isThere = this.held.has(taskId) || attempt.inline.has(taskId);
        if (!isThere && !attempt.missing.has(taskId)) attempt.missing.set(taskId, []);
      }
      const [taskId, holders] = [...attempt.missing][0] ?? [];
      if (taskId !== undefined) return this.#fetch(attempt, taskId, holders ?? null, random);
      const active = [...this.attempts.values()].filter((other) => other.started && !other.suspended);
      if (active.length >= this.nthreads) return false;
      attempt.started = true;
      this.#send((core, now) => core.workerStarted(this.id, [attempt.attempt], now));
      return true;
    }
    if (attempt.suspended) {
      attempt.suspended = false;
      this.#send((core, now) => core.workerResumed(this.id, attempt.taskId, attempt.attempt, now));
      return true;
    }
    if (mayFail && random.oneIn(8)) {
      attempt.suspended = true;
      this.#send((core, now) => core.workerSuspended(this.id, attempt.taskId, attempt.attempt, now));
      return true;
    }
    this.#end(attempt, random, mayFail);
    return true;
  }

  #end(attempt: Attempt, random: RandomSource, mayFail: boolean): void {
    const { taskId, attempt: number, key, kind } = attempt;
    this.attempts.delete(taskId);
    if (mayFail && random.oneIn(12)) {
      this.#send((core, now) => core.workerStopped(this.id, taskId, number, true, 'thread ended', now));
      return;
    }
    if (key.includes('bad') || (mayFail && random.oneIn(20))) {
      const error = { name: 'Error', message: `${key} failed`, key };
      this.#send((core, now) => core.workerErred(this.id, taskId, number, 0, 1, 0, error, now));
      return;
    }
    this.#hold(taskId);
    const thread = (this.#thread = (this.#thread + 1) % this.nthreads);
    if (kind === 1 || key.includes('pin')) {
      this.#send((core, now) => core.workerPinned(this.id, taskId, number, 'Socket', 'open', 0, 1, thread, now));
      return;
    }
    const inline = random.oneIn(2) ? new Uint8Array(8) : null;
    const nbytes = inline === null ? 2000 + random.below(1_000_000) : 8;
    const durationMs = random.pick([0.01, 1, 100])!;
    this.#send((core, now) =>
      core.workerDone(this.id, taskId, number, nbytes, 'number', 0, durationMs, thread, inline, now),
    );
  }

  #compute(
    taskId: TaskId,
    attempt: AttemptId,
    key: string,
    kind: number,
    dependencies: NonNullable<Extract<Message, { said: 'compute' }>['args'][9]>,
  ): void {
    const missing = new Map<TaskId, readonly WorkerId[] | null>();
    const inline = new Set<TaskId>();
    const coming = new Set<TaskId>();
    const needs: TaskId[] = [];
    for (let i = 0; i < dependencies.length; i += 3) {
      const dependency = dependencies[i] as TaskId;
      const where = dependencies[i + 2]!;
      needs.push(dependency);
      if (where instanceof Uint8Array) inline.add(dependency);
      else if (this.held.has(dependency)) continue;
      else if (where === 1) {
        if (this.attempts.get(dependency)?.attempt === dependencies[i + 1]) coming.add(dependency);
      } else if (typeof where === 'object') missing.set(dependency, where);
    }
    this.attempts.set(taskId, { taskId, attempt, key, kind, missing, needs, inline, coming, ...atFirst });
  }

  #fetch(attempt: Attempt, taskId: TaskId, holders: readonly WorkerId[] | null, random: RandomSource): boolean {
    if (this.held.has(taskId)) {
      attempt.missing.delete(taskId);
      return true;
    }
    if (holders === null) return false;
    const holder = random.pick(holders);
    if (holder !== undefined && this.#peers!.holds(holder, taskId)) {
      attempt.missing.delete(taskId);
      this.#gain(taskId);
      return true;
    }
    attempt.missing.set(taskId, null);
    this.#send((core, now) => core.workerMissing(this.id, taskId, holder ?? (0 as WorkerId), now));
    return true;
  }

  #gain(taskId: TaskId): void {
    if (this.held.has(taskId)) return;
    this.#hold(taskId);
    this.#send((core, now) => core.workerGained(this.id, [taskId], now));
  }

  #hold(taskId: TaskId): void {
    this.held.add(taskId);
    for (const { coming } of this.attempts.values()) coming.delete(taskId);
  }

  #send(message: (core: SchedulerCore, now: number) => void): void {
    this.outbox.push(message);
  }
}
