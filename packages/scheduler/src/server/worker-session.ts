/** A worker's messages on their way into the core: each is checked for its form and handed on with the worker's id. */
import { RunOutcome } from '@covey/protocol/bridge';
import { dispatchWorkerNews, MAX_KEY_LENGTH, MAX_REASON_LENGTH } from '@covey/protocol/internal';
import type {
  AttemptId,
  ErrorReport,
  Opaque,
  TaskId,
  WorkerHeartbeat,
  WorkerId,
  WorkerNewsHandler,
} from '@covey/protocol/internal';
import { ProtocolError } from '@covey/protocol';
import type { WorkerStimuli } from '../core/surface.js';
import { checkBytes, checkFlag, checkHeartbeat, checkId, checkIds, checkNumber, checkText } from './checks.js';
import { RunLog } from './run-log.js';

/** What of a worker's news is not the core's. */
export interface WorkerListener {
  heartbeat(figures: WorkerHeartbeat, nowMs: number): void;
  event(topic: string, payload: unknown, nowMs: number): void;
  /** Whether {@link ran} is to be told. */
  readonly isWatched: boolean;
  /** Told behind a batch of the runs in it; they are forgotten when this returns. */
  ran(runs: RunLog): void;
  /** Told before the core hears of it, while the task is still known. */
  failed(taskId: TaskId, error: ErrorReport, nowMs: number): void;
  threadEnded(thread: number): void;
}

export class WorkerSession implements WorkerNewsHandler {
  readonly #worker: WorkerId;
  readonly #core: WorkerStimuli;
  readonly #listener: WorkerListener;
  readonly #runs = new RunLog();
  #isWatched = false;
  #nowMs = 0;

  constructor(worker: WorkerId, core: WorkerStimuli, listener: WorkerListener) {
    this.#worker = worker;
    this.#core = core;
    this.#listener = listener;
  }

  /** Takes one batch. @throws {ProtocolError} at the first message that is not as it must be; those before it count */
  receive(batch: readonly unknown[], nowMs: number): void {
    this.#nowMs = nowMs;
    this.#isWatched = this.#listener.isWatched;
    try {
      dispatchWorkerNews(batch, this);
    } finally {
      if (this.#runs.length > 0) {
        this.#listener.ran(this.#runs);
        this.#runs.clear();
      }
    }
  }

  done(
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    thread: number,
    inline: Opaque | null,
  ): void {
    checkAttempt(taskId, attempt, startMs, durationMs, thread);
    checkId(nbytes, 'the size of a result');
    checkText(type, 'the type of a result');
    if (inline !== null) checkBytes(inline, 'a result');
    const functionName = this.#core.workerDone(
      this.#worker,
      taskId,
      attempt,
      nbytes,
      type,
      startMs,
      durationMs,
      thread,
      inline,
      this.#nowMs,
    );
    this.#ran(functionName, taskId, startMs, durationMs, thread, RunOutcome.done);
  }

  pinned(
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    thread: number,
  ): void {
    checkAttempt(taskId, attempt, startMs, durationMs, thread);
    checkText(type, 'the type of a result');
    checkText(why, 'the reason why a result stays');
    const functionName = this.#core.workerPinned(
      this.#worker,
      taskId,
      attempt,
      type,
      why,
      startMs,
      durationMs,
      thread,
      this.#nowMs,
    );
    this.#ran(functionName, taskId, startMs, durationMs, thread, RunOutcome.done);
  }

  erred(
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    thread: number,
    error: ErrorReport,
  ): void {
    checkAttempt(taskId, attempt, startMs, durationMs, thread);
    checkReport(error);
    this.#listener.failed(taskId, error, this.#nowMs);
    const functionName = this.#core.workerErred(
      this.#worker,
      taskId,
      attempt,
      startMs,
      durationMs,
      thread,
      error,
      this.#nowMs,
    );
    this.#ran(functionName, taskId, startMs, durationMs, thread, RunOutcome.erred);
  }

  stopped(taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string): void {
    checkId(taskId, 'a task');
    checkId(attempt, 'an attempt');
    checkFlag(ran, 'whether it ran');
    checkText(reason, 'the reason', MAX_REASON_LENGTH);
    this.#core.workerStopped(this.#worker, taskId, attempt, ran, reason, this.#nowMs);
  }

  started(attempts: readonly AttemptId[]): void {
    checkIds(attempts, 'attempts');
    this.#core.workerStarted(this.#worker, attempts, this.#nowMs);
  }

  suspended(taskId: TaskId, attempt: AttemptId): void {
    checkId(taskId, 'a task');
    checkId(attempt, 'an attempt');
    this.#core.workerSuspended(this.#worker, taskId, attempt, this.#nowMs);
  }

  resumed(taskId: TaskId, attempt: AttemptId): void {
    checkId(taskId, 'a task');
    checkId(attempt, 'an attempt');
    this.#core.workerResumed(this.#worker, taskId, attempt, this.#nowMs);
  }

  gained(taskIds: readonly TaskId[]): void {
    checkIds(taskIds, 'tasks');
    this.#core.workerGained(this.#worker, taskIds, this.#nowMs);
  }

  lost(taskIds: readonly TaskId[]): void {
    checkIds(taskIds, 'tasks');
    this.#core.workerLost(this.#worker, taskIds, this.#nowMs);
  }

  missing(taskId: TaskId, holder: WorkerId): void {
    checkId(taskId, 'a task');
    checkId(holder, 'a holder');
    this.#core.workerMissing(this.#worker, taskId, holder, this.#nowMs);
  }

  stored(taskId: TaskId, nbytes: number, type: string): void {
    checkId(taskId, 'a task');
    checkId(nbytes, 'the size of a value');
    checkText(type, 'the type of a value');
    this.#core.workerStored(this.#worker, taskId, nbytes, type, this.#nowMs);
  }

  heartbeat(figures: WorkerHeartbeat): void {
    checkHeartbeat(figures);
    this.#core.workerHeartbeat(this.#worker, figures, this.#nowMs);
    this.#listener.heartbeat(figures, this.#nowMs);
  }

  event(topic: string, payload: unknown): void {
    checkText(topic, 'a topic');
    this.#listener.event(topic, payload, this.#nowMs);
  }

  threadEnded(thread: number): void {
    checkId(thread, 'a thread');
    this.#listener.threadEnded(thread);
  }

  /** Of an attempt that isn't current any more, there is no name. */
  #ran(
    functionName: string | undefined,
    taskId: TaskId,
    startMs: number,
    durationMs: number,
    thread: number,
    outcome: number,
  ): void {
    if (this.#isWatched && functionName !== undefined)
      this.#runs.add(taskId, functionName, startMs, durationMs, thread, outcome);
  }
}

function checkAttempt(taskId: unknown, attempt: unknown, startMs: unknown, durationMs: unknown, thread: unknown): void {
  checkId(taskId, 'a task');
  checkId(attempt, 'an attempt');
  checkNumber(startMs, 'the start of an attempt');
  checkNumber(durationMs, 'the duration of an attempt');
  checkId(thread, 'a thread');
}

function checkReport(error: ErrorReport): void {
  if (typeof error !== 'object' || error === null) throw new ProtocolError('an error must be a map');
  checkText(error.name, "an error's name");
  checkText(error.key, "an error's key", MAX_KEY_LENGTH);
  if (typeof error.message !== 'string') throw new ProtocolError("an error's message must be text");
}
