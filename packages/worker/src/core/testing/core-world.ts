/** A worker core with threads that do as the test says: the words of the tables. */
import type { AttemptId, ComputeTask, ErrorReport, FunctionId, TaskId, WorkerId } from '@covey/protocol/internal';
import { WorkerCore } from '../worker-core.js';
import type { WorkerCoreOptions } from '../worker-core.js';
import { RecordingOutput } from './recording-output.js';

export interface TaskWords {
  readonly needs?: Readonly<Record<number, 0 | 1 | 'inline' | readonly number[]>>;
  readonly priority?: number;
  readonly timeoutMs?: number;
  readonly functionId?: number;
  readonly actor?: boolean;
  /** Default: the task's own number. */
  readonly taskId?: number;
}

export class CoreWorld {
  readonly output = new RecordingOutput();
  readonly core: WorkerCore<string>;
  now = 1000;

  /** Threads start and are ready, numbered from 1. */
  constructor(options: Partial<WorkerCoreOptions> = {}) {
    const { nthreads = 1 } = options;
    this.core = new WorkerCore<string>(this.output, { name: 'alice', ...options, nthreads });
    this.core.start();
    for (let thread = 1; thread <= nthreads; thread++) this.core.handleThreadReady(thread);
    this.output.take();
  }

  /** Ends the turn, checks the invariants, and answers what was said since the last time. */
  turn(): string[] {
    this.core.endTurn(this.now);
    this.core.validate();
    return this.output.take();
  }

  /** A task whose attempt has the number `attempt`. */
  compute(attempt: number, words: TaskWords = {}): this {
    const needs = Object.entries(words.needs ?? {});
    const dependencies = needs.flatMap(([taskId, where]) => [
      Number(taskId) as TaskId,
      where === 1 ? Number(taskId) : 100,
      where === 'inline' ? new Uint8Array(1) : (where as 0 | 1 | WorkerId[]),
    ]);
    const task: ComputeTask = {
      taskId: (words.taskId ?? attempt) as TaskId,
      attempt: attempt as AttemptId,
      key: `key-${attempt}`,
      functionId: (words.functionId ?? 1) as FunctionId,
      priority: words.priority ?? attempt,
      timeoutMs: words.timeoutMs ?? 0,
      kind: words.actor === true ? 1 : 0,
      args: new Uint8Array(0),
      dependencies: dependencies.length === 0 ? null : dependencies,
      tries: 1,
    };
    this.core.handleCompute(task, this.now);
    return this;
  }

  /** A thread starts its next task. */
  claim(thread: number): this {
    this.output.claims.set(thread, (this.output.claims.get(thread) ?? 0) + 1);
    return this;
  }

  done(thread: number, attempt: number, durationMs = 0.01): this {
    const { core, now } = this;
    core.handleDone(thread, attempt as AttemptId, 100, 'number', now, durationMs, `value-${attempt}`, now);
    return this;
  }

  erred(thread: number, attempt: number): this {
    const error: ErrorReport = { name: 'TypeError', message: 'no', key: `key-${attempt}` };
    this.core.handleErred(thread, attempt as AttemptId, this.now, 1, error, this.now);
    return this;
  }

  pinned(thread: number, attempt: number): this {
    this.core.handlePinned(thread, attempt as AttemptId, 'Socket', 'open', this.now, 1, this.now);
    return this;
  }

  stopped(thread: number, attempt: number): this {
    this.core.handleStopped(thread, attempt as AttemptId, 'cancelled', this.now);
    return this;
  }

  suspended(thread: number, attempt: number): this {
    this.core.handleSuspended(thread, attempt as AttemptId, this.now);
    return this;
  }

  resumed(thread: number, attempt: number): this {
    this.core.handleResumed(thread, attempt as AttemptId, this.now);
    return this;
  }

  cancel(attempt: number, reason = 'cancelled'): this {
    this.core.handleCancel(attempt as AttemptId, reason, this.now);
    return this;
  }

  free(...taskIds: number[]): this {
    this.core.handleFree(taskIds as TaskId[], this.now);
    return this;
  }

  holders(taskId: number, ...workers: number[]): this {
    this.core.handleHolders(taskId as TaskId, 100, workers as WorkerId[], this.now);
    return this;
  }

  acquire(taskId: number, ...workers: number[]): this {
    this.core.handleAcquire(taskId as TaskId, 100, workers as WorkerId[], this.now);
    return this;
  }

  fetched(fetch: number, taskId: number): this {
    this.core.handleFetched(fetch, taskId as TaskId, 100, `copy-${taskId}`, this.now);
    return this;
  }

  absent(fetch: number, taskId: number): this {
    this.core.handleFetchAbsent(fetch, taskId as TaskId, this.now);
    return this;
  }

  fetchEnded(fetch: number): this {
    this.core.handleFetchEnded(fetch, this.now);
    return this;
  }

  peerGone(peer: number): this {
    this.core.handlePeerGone(peer as WorkerId, this.now);
    return this;
  }

  threadReady(thread: number): this {
    this.core.handleThreadReady(thread);
    return this;
  }

  /** A thread is no more; `running` when it ended by itself. */
  threadEnded(thread: number, running?: number): this {
    const end = running === undefined ? undefined : { running, message: 'it exited with status 3' };
    this.core.handleThreadEnded(thread, end, this.now);
    return this;
  }

  /** Time passes. */
  after(durationMs: number): this {
    this.now += durationMs;
    this.core.handleWake(this.now);
    return this;
  }

  /** Function 1 is known to be short: one task ran. */
  knowShort(): this {
    this.compute(1);
    this.turn();
    this.claim(1).done(1, 1).free(1);
    this.turn();
    return this;
  }
}
