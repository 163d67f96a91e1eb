/**
 * The worker's state machine: stimuli come in as method calls with the time, instructions go out through a `WorkerOutput`. It knows no socket, timer or thread, and
 * nothing of what is in a value.
 *
 * An attempt is waiting → ready → executing (⇄ suspended) → gone; what it needs is in the `DataBook`, where it may run in the `ThreadBook`. Stimuli only change state;
 * `endTurn` then hands tasks to threads and starts fetches, so that a batch of messages makes one batch of each.
 *
 * Any message may come late, twice, or for something that is gone: it is then without effect.
 */
import type { AttemptId, ComputeTask, ErrorReport, FunctionId, TaskId, WorkerId } from '@covey/protocol/internal';
import { RECALLED } from '@covey/protocol/internal';
import type { ComputeThread, ThreadId } from './compute-thread.js';
import { DataBook } from './data-book.js';
import type { Datum } from './datum.js';
import { Deadlines } from './deadlines.js';
import { Durations } from './durations.js';
import type { FetchLimits } from './fetch-planner.js';
import type { FetchId, WorkerOutput } from './output.js';
import { pinnedApartReport, threadEndedReport, timeoutReport } from './reports.js';
import type { ThreadEnd } from './reports.js';
import { Story } from './story.js';
import { WorkerTask } from './task.js';
import type { StopOrder, TaskState } from './task.js';
import { ThreadBook } from './thread-book.js';
import type { WindowLimits } from './thread-book.js';
import { validateCore } from './validate.js';

export interface WorkerCoreOptions {
  /** Name of the worker, for reports. */
  readonly name: string;
  readonly nthreads: number;
  /** How long a task may take to heed its signal before its thread is ended. Default 200 ms. */
  readonly graceMs?: number;
  readonly window?: WindowLimits;
  readonly fetchLimits?: FetchLimits;
  /** Entries of the story ring. Default 16,384. */
  readonly storyEntries?: number;
}

/** What falls due. */
type Due =
  | { readonly kind: 'grace' | 'timeout'; readonly task: WorkerTask }
  | { readonly kind: 'ask'; readonly datum: Datum; readonly holder: WorkerId }
  | { readonly kind: 'watch'; readonly thread: ComputeThread }
  | { readonly kind: 'report' }
  | { readonly kind: 'restart'; readonly slot: number };

/** A thread whose first task runs this long although it was given others behind it is looked at. */
const WATCH_MS = 20;
/**
 * Tasks of proven functions are mostly over before the scheduler could hear that they have started: only those are reported that
 * still run after this time. A frame less a batch, on the way where everybody waits.
 */
const REPORT_MS = 5;
const MAX_FAILED_STARTS = 5;
const CANCELLED_THREAD = 'thread ended';

/** Tasks by state. */
export interface CoreFigures {
  readonly waiting: number;
  readonly ready: number;
  readonly executing: number;
  readonly suspended: number;
}

export class WorkerCore<Value> {
  readonly #output: WorkerOutput<Value>;
  readonly #name: string;
  readonly #nthreads: number;
  readonly #graceMs: number;
  readonly #tasks = new Map<AttemptId, WorkerTask>();
  readonly #counts: Record<TaskState, number> = { waiting: 0, ready: 0, executing: 0, suspended: 0, gone: 0 };
  readonly #durations = new Durations();
  readonly #threads: ThreadBook;
  readonly #data: DataBook<Value>;
  readonly #deadlines = new Deadlines<Due>(stillMatters);
  readonly #story: Story;
  /** Handed over in this turn, to be reported at its end. */
  #started: AttemptId[] = [];
  /** Handed over and to be reported if they last, oldest first. */
  #unreported: { readonly task: WorkerTask; readonly sinceMs: number }[] = [];
  #isReportDue = false;
  #failedStarts = 0;
  #isPausedByScheduler = false;
  #isPausedForMemory = false;
  #isClosing = false;

  constructor(output: WorkerOutput<Value>, options: WorkerCoreOptions) {
    this.#output = output;
    this.#name = options.name;
    this.#nthreads = options.nthreads;
    this.#graceMs = options.graceMs ?? 200;
    this.#story = new Story(options.storyEntries);
    this.#threads = new ThreadBook(this.#durations, options.window);
    this.#data = new DataBook(
      output,
      {
        isUnderWay: (attempt) => this.#tasks.has(attempt),
        inputsAreHere: (task, now) => this.#becomeReady(task, 'input', now),
        askLater: (datum, holder, atMs) => this.#due(atMs, { kind: 'ask', datum, holder }),
        tell: (taskId, from, to, stimulus, now) => this.#story.tell(now, taskId, from, to, stimulus),
      },
      options.fetchLimits,
    );
  }

  // --- what may be asked at any time

  get figures(): CoreFigures {
    return { ...this.#counts };
  }

  get isPaused(): boolean {
    return this.#isPausedByScheduler || this.#isPausedForMemory || this.#isClosing;
  }

  /** The thread in which a value is pinned. */
  threadOf(taskId: TaskId): ThreadId | undefined {
    return this.#data.get(taskId)?.thread?.id;
  }

  /** The attempts in threads: which, of what key, in which thread. */
  running(): {
    readonly taskId: TaskId;
    readonly attempt: AttemptId;
    readonly key: string;
    readonly thread: ThreadId;
  }[] {
    return [...this.#threads].flatMap((thread) =>
      [...thread.queue.slice(0, 1), ...thread.suspended].map(({ compute }) => ({
        taskId: compute.taskId,
        attempt: compute.attempt,
        key: compute.key,
        thread: thread.id,
      })),
    );
  }

  /** Functions of tasks that have not ended. Looks at all of them: for rare questions. */
  functionsInUse(): Set<FunctionId> {
    return new Set([...this.#tasks.values()].map(({ compute }) => compute.functionId));
  }

  story(taskIds: readonly TaskId[]): ReturnType<Story['of']> {
    return this.#story.of(taskIds);
  }

  // --- stimuli

  /** Once, at first: asks for the threads. */
  start(now: number): void {
    for (let slot = 0; slot < this.#nthreads; slot++) this.#startThread(slot, false, now);
  }

  handleCompute(compute: ComputeTask, now: number): void {
    if (this.#tasks.has(compute.attempt)) return;
    const task = new WorkerTask(compute);
    this.#tasks.set(compute.attempt, task);
    this.#counts.waiting += 1;
    if (compute.dependencies !== null) this.#data.require(task, now);
    if (task.waitingFor === 0) this.#becomeReady(task, 'compute', now);
    else this.#story.tell(now, compute.taskId, 'none', 'waiting', 'compute');
  }

  handleCancel(attempt: AttemptId, reason: string, now: number): void {
    const task = this.#tasks.get(attempt);
    // Not known: it has ended, and the scheduler has been told how.
    if (task === undefined) return;
    if (reason === RECALLED) this.#giveBack(task, now);
    else this.#stop(task, { kind: 'cancelled', reason }, now);
  }

  handleFree(taskIds: readonly TaskId[], now: number): void {
    for (const taskId of taskIds) {
      const thread = this.#data.get(taskId)?.thread;
      this.#data.free(taskId, now);
      if (thread !== undefined) this.#endActorThreadIfIdle(thread);
    }
  }

  handleHolders(taskId: TaskId, nbytes: number, workers: readonly WorkerId[], now: number): void {
    this.#data.holders(taskId, nbytes, workers, now);
  }

  handleAcquire(taskId: TaskId, nbytes: number, workers: readonly WorkerId[], now: number): void {
    this.#data.acquire(taskId, nbytes, workers, now);
  }

  /** Scattered data is in the store. */
  handleStored(taskId: TaskId, nbytes: number, type: string, now: number): void {
    this.#data.hold(taskId, nbytes, now);
    this.#output.stored(taskId, nbytes, type);
  }

  handlePeerGone(peer: WorkerId, now: number): void {
    this.#output.dropPeer(peer);
    this.#data.peerGone(peer, now);
  }

  handlePause(isPaused: boolean): void {
    this.#isPausedByScheduler = isPaused;
  }

  handleMemory(isShort: boolean): void {
    this.#isPausedForMemory = isShort;
  }

  /** Nothing more is started. */
  handleClose(): void {
    this.#isClosing = true;
  }

  handleFunctionReleased(functionId: FunctionId): void {
    this.#durations.forget(functionId);
  }

  handleFetched(fetch: FetchId, taskId: TaskId, nbytes: number, value: Value, now: number): void {
    this.#data.fetched(fetch, taskId, nbytes, value, now);
  }

  /** The peer does not have it. */
  handleFetchAbsent(fetch: FetchId, taskId: TaskId, now: number): void {
    this.#data.absent(fetch, taskId, now);
  }

  /** Nothing more comes of this fetch; what it did not bring failed. */
  handleFetchEnded(fetch: FetchId, now: number): void {
    this.#data.fetchEnded(fetch, now);
  }

  handleThreadReady(id: ThreadId): void {
    const thread = this.#threads.get(id);
    if (thread?.state !== 'starting') return;
    this.#failedStarts = 0;
    this.#threads.open(thread);
  }

  handleDone(
    id: ThreadId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    value: Value,
    now: number,
  ): void {
    const task = this.#settle(id, attempt, 'done', now);
    if (task === undefined || this.#wasStopped(task, startMs, durationMs)) {
      this.#output.discard(value);
      return;
    }
    const { taskId, functionId } = task.compute;
    this.#durations.observe(functionId, durationMs);
    this.#output.keep(taskId, value);
    this.#data.hold(taskId, nbytes, now);
    this.#output.done(taskId, attempt, nbytes, type, startMs, durationMs, slotOf(task), value);
  }

  handlePinned(
    id: ThreadId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    now: number,
  ): void {
    const thread = this.#threads.get(id);
    const task = this.#settle(id, attempt, 'pinned', now);
    if (thread === undefined || thread.state === 'ending') return;
    if (task === undefined || this.#wasStopped(task, startMs, durationMs)) {
      if (task !== undefined) this.#output.dropInThread(id, [task.compute.taskId]);
      this.#endActorThreadIfIdle(thread);
      return;
    }
    const { taskId, functionId } = task.compute;
    this.#durations.observe(functionId, durationMs);
    this.#data.pin(taskId, thread, now);
    this.#output.pinned(taskId, attempt, type, why, startMs, durationMs, thread.slot);
  }

  handleErred(
    id: ThreadId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    error: ErrorReport,
    now: number,
  ): void {
    const task = this.#settle(id, attempt, 'erred', now);
    if (task === undefined) return;
    if (!this.#wasStopped(task, startMs, durationMs)) {
      this.#durations.observe(task.compute.functionId, durationMs);
      this.#output.erred(task.compute.taskId, attempt, startMs, durationMs, slotOf(task), error);
    }
    if (task.thread !== undefined) this.#endActorThreadIfIdle(task.thread);
  }

  /** It ended because its signal was aborted. */
  handleStopped(id: ThreadId, attempt: AttemptId, reason: string, now: number): void {
    const task = this.#settle(id, attempt, 'stopped', now);
    if (task === undefined) return;
    if (!this.#wasStopped(task, 0, 0)) this.#output.stopped(task.compute.taskId, attempt, true, reason);
    if (task.thread !== undefined) this.#endActorThreadIfIdle(task.thread);
  }

  handleSuspended(id: ThreadId, attempt: AttemptId, now: number): void {
    const task = this.#tasks.get(attempt);
    if (task?.state !== 'executing' || task.thread?.id !== id) return;
    task.thread.take(task, now);
    task.thread.suspended.add(task);
    this.#move(task, 'suspended', 'suspended', now);
    this.#output.suspended(task.compute.taskId, attempt);
  }

  handleResumed(id: ThreadId, attempt: AttemptId, now: number): void {
    const task = this.#tasks.get(attempt);
    if (task?.state !== 'suspended' || task.thread?.id !== id) return;
    task.thread.giveBack(task);
    this.#move(task, 'executing', 'resumed', now);
    this.#output.resumed(task.compute.taskId, attempt);
  }

  /** A thread is no more. `end` when it was not told to end. */
  handleThreadEnded(id: ThreadId, end: ThreadEnd | undefined, now: number): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    if (thread.state !== 'ending') {
      if (thread.state === 'starting') this.#failedStarts += 1;
      this.#abandon(thread, end, now);
    }
    this.#threads.remove(thread);
  }

  /** A thread must go for what its running task does (its memory): that task is to blame. */
  handleThreadGuilty(id: ThreadId, end: ThreadEnd, now: number): void {
    const thread = this.#threads.get(id);
    if (thread === undefined || thread.state === 'ending') return;
    this.#abandon(thread, end, now);
    this.#output.endThread(id);
  }

  handleWake(now: number): void {
    for (let due = this.#deadlines.due(now); due !== undefined; due = this.#deadlines.due(now)) this.#fallDue(due, now);
    if (this.#deadlines.nextMs !== undefined) this.#output.wakeAt(this.#deadlines.nextMs);
  }

  /** After all stimuli of a turn: hands over what can run, fetches what is needed. */
  endTurn(now: number): void {
    const { isPaused } = this;
    const handOver = (task: WorkerTask, thread: ComputeThread) => this.#handOver(task, thread, now);
    const isStuck = isPaused && this.#isStuckForMemory;
    if (!isPaused) this.#threads.assign(handOver);
    else if (isStuck) this.#threads.assignOne(handOver, this.#lastSuspended());
    if (this.#started.length > 0) {
      this.#output.started(this.#started);
      this.#started = [];
    }
    this.#data.flush(!isPaused || (isStuck && this.#counts.executing === 0));
  }

  /**
   * Memory is short, and all that was started here waits for tasks of its own. These may be here too: unless they run, one at a time, what
   * is suspended would hold its memory for ever.
   */
  get #isStuckForMemory(): boolean {
    const { executing, suspended } = this.#counts;
    return suspended > 0 && executing === 0 && !this.#isPausedByScheduler && !this.#isClosing;
  }

  /** The priority of the last suspended task in order. What is before it may be waited for; what comes after was submitted later, by others. */
  #lastSuspended(): number {
    let last = -Infinity;
    for (const thread of this.#threads)
      for (const { compute } of thread.suspended) last = Math.max(last, compute.priority);
    return last;
  }

  /** Checks every invariant. @throws Error that names the first one that does not hold. */
  validate(): void {
    validateCore({
      tasks: this.#tasks,
      counts: this.#counts,
      threads: this.#threads,
      data: this.#data,
      has: (taskId) => this.#output.has(taskId),
    });
  }

  // --- transitions

  /** waiting → ready; or → gone, when its inputs can't be brought together. */
  #becomeReady(task: WorkerTask, stimulus: string, now: number): void {
    const { compute } = task;
    const [first, ...others] = compute.dependencies === null ? [] : this.#data.pinnedInputs(task);
    const apart = others.find((other) => other.thread !== first?.thread);
    if (first !== undefined && apart !== undefined) {
      this.#remove(task, stimulus, now);
      this.#data.release(task, now);
      const report = pinnedApartReport(compute, this.#name, `result ${first.taskId}`, `result ${apart.taskId}`);
      this.#output.erred(compute.taskId, compute.attempt, 0, 0, 0, report);
      return;
    }
    task.bound = first?.thread;
    if (compute.kind === 1 && task.bound === undefined) task.bound = this.#startThread(this.#nthreads, true, now);
    (task.bound?.own ?? this.#threads.ready).push(task);
    this.#move(task, 'ready', stimulus, now);
  }

  /** ready → executing. */
  #handOver(task: WorkerTask, thread: ComputeThread, now: number): void {
    const { compute } = task;
    task.estimateMs = this.#threads.estimate(task);
    thread.give(task, now);
    this.#move(task, 'executing', 'hand-over', now);
    if (compute.kind === 0 && this.#durations.isProven(compute.functionId)) this.#reportLater(task, now);
    else this.#started.push(compute.attempt);
    this.#output.handToThread(thread.id, task);
    if (compute.dependencies !== null) this.#data.release(task, now);
    if (compute.timeoutMs > 0) this.#due(now + compute.timeoutMs, { kind: 'timeout', task });
    if (thread.queue.length > 1 && !thread.isWatched) {
      thread.isWatched = true;
      this.#due(now + WATCH_MS, { kind: 'watch', thread });
    }
  }

  #reportLater(task: WorkerTask, now: number): void {
    this.#unreported.push({ task, sinceMs: now });
    if (this.#isReportDue) return;
    this.#isReportDue = true;
    this.#due(now + REPORT_MS, { kind: 'report' });
  }

  /** Tells of those that were handed over some time ago and are not over. */
  #report(now: number): void {
    this.#isReportDue = false;
    const isGoing = ({ task }: { readonly task: WorkerTask }) =>
      task.state === 'executing' || task.state === 'suspended';
    const going = this.#unreported.filter(isGoing);
    const lasting = going.filter(({ sinceMs }) => sinceMs <= now - REPORT_MS);
    this.#unreported = going.slice(lasting.length);
    if (lasting.length > 0) this.#output.started(lasting.map(({ task }) => task.compute.attempt));
    const [oldest] = this.#unreported;
    if (oldest === undefined) return;
    this.#isReportDue = true;
    this.#due(oldest.sinceMs + REPORT_MS, { kind: 'report' });
  }

  /** executing → ready, for those that the thread has not claimed. */
  #recall(thread: ComputeThread, now: number): void {
    const first = this.#output.recall(thread.id, thread.nextSequence);
    for (const task of thread.takeUnstarted(first, now)) {
      task.thread = undefined;
      this.#move(task, 'waiting', 'recall', now);
      if (task.compute.dependencies !== null) this.#data.require(task, now);
      if (task.stop !== undefined) this.#finishStop(task, false, now);
      else if (task.waitingFor === 0) this.#becomeReady(task, 'recall', now);
    }
  }

  /** The scheduler has a better place for a task: it may have it, unless the task has begun to run. */
  #giveBack(task: WorkerTask, now: number): void {
    if (task.stop !== undefined) return;
    const { thread } = task;
    if (thread !== undefined && (task.state !== 'executing' || thread.queue.length < 2)) return;
    task.stop = { kind: 'cancelled', reason: RECALLED };
    if (thread === undefined) this.#finishStop(task, false, now);
    else {
      this.#recall(thread, now);
      if (task.state === 'executing') task.stop = undefined;
    }
  }

  #stop(task: WorkerTask, stop: StopOrder, now: number): void {
    if (task.stop !== undefined) {
      // A cancellation outweighs a timeout under way, since its answer is awaited.
      if (stop.kind === 'cancelled') task.stop = stop;
      return;
    }
    task.stop = stop;
    const { thread } = task;
    if (thread === undefined) {
      this.#finishStop(task, false, now);
      return;
    }
    if (task.state === 'executing' && thread.queue.length > 1) {
      this.#recall(thread, now);
      if (task.state !== 'executing') return;
    }
    this.#output.cancelInThread(thread.id, task.compute.attempt, stop.reason);
    this.#due(now + this.#graceMs, { kind: 'grace', task });
  }

  /** Any state → gone, as its stop order says. */
  #finishStop(task: WorkerTask, ran: boolean, now: number): void {
    const { state, bound } = task;
    if (state === 'ready') (task.bound?.own ?? this.#threads.ready).remove(task);
    this.#remove(task, 'stop', now);
    if (state === 'waiting' || state === 'ready') this.#data.release(task, now);
    this.#tellStopped(task, ran, now, 0);
    if (bound !== undefined) this.#endActorThreadIfIdle(bound);
  }

  #tellStopped(task: WorkerTask, ran: boolean, startMs: number, durationMs: number): void {
    const { compute, stop } = task;
    if (stop?.kind === 'timeout') {
      this.#output.erred(
        compute.taskId,
        compute.attempt,
        startMs,
        durationMs,
        slotOf(task),
        timeoutReport(compute, this.#name),
      );
    } else {
      this.#output.stopped(compute.taskId, compute.attempt, ran, stop?.reason ?? CANCELLED_THREAD);
    }
  }

  /** executing or suspended → gone: the thread says that the attempt has ended. Undefined when nobody waits for that any more. */
  #settle(id: ThreadId, attempt: AttemptId, stimulus: string, now: number): WorkerTask | undefined {
    const task = this.#tasks.get(attempt);
    if (task === undefined || task.thread?.id !== id) return undefined;
    if (task.state === 'suspended') task.thread.suspended.delete(task);
    else task.thread.take(task, now);
    this.#remove(task, stimulus, now);
    return task;
  }

  /** If the ended attempt had been told to stop, that is what is reported, however it ended. */
  #wasStopped(task: WorkerTask, startMs: number, durationMs: number): boolean {
    if (task.stop === undefined) return false;
    this.#tellStopped(task, true, startMs, durationMs);
    return true;
  }

  #remove(task: WorkerTask, stimulus: string, now: number): void {
    this.#tasks.delete(task.compute.attempt);
    this.#move(task, 'gone', stimulus, now);
  }

  #move(task: WorkerTask, state: TaskState, stimulus: string, now: number): void {
    this.#story.tell(now, task.compute.taskId, task.state, state, stimulus);
    this.#counts[task.state] -= 1;
    this.#counts[state] += 1;
    task.state = state;
  }

  // --- threads

  #startThread(slot: number, forActor: boolean, now: number): ComputeThread | undefined;
  #startThread(slot: number, forActor: true, now: number): ComputeThread;
  #startThread(slot: number, forActor: boolean): ComputeThread {
    const thread = this.#threads.add(slot, forActor);
    this.#output.startThread(thread.id);
    return thread;
  }

  /** Ends a thread with all that is in it, because of a task that won't stop. */
  #endThread(thread: ComputeThread, now: number): void {
    this.#abandon(thread, undefined, now);
    this.#output.endThread(thread.id);
  }

  /** Takes everything from a thread that ends or has ended. With `end`, the attempt that ran is to blame. */
  #abandon(thread: ComputeThread, end: ThreadEnd | undefined, now: number): void {
    this.#recall(thread, now);
    this.#threads.close(thread);
    const started = [...thread.queue, ...thread.suspended];
    const guilty =
      end === undefined ? undefined : (started.find((task) => task.compute.attempt === end.running) ?? thread.queue[0]);
    for (const task of started) {
      const { compute } = task;
      this.#settle(thread.id, compute.attempt, 'thread-ended', now);
      if (task.stop === undefined && task === guilty && end !== undefined) {
        this.#output.erred(
          compute.taskId,
          compute.attempt,
          0,
          0,
          thread.slot,
          threadEndedReport(compute, this.#name, end),
        );
      } else {
        this.#tellStopped(task, true, 0, 0);
      }
    }
    this.#data.threadLost(thread, now);
    for (const task of [...thread.own]) this.#unbind(task, thread, now);
    for (const task of this.#tasks.values()) if (task.state === 'waiting') this.#data.requireAgain(task);
    if (!thread.forActor) this.#replace(thread.slot, now);
  }

  /** ready → waiting (for the pinned input that is lost), or → ready elsewhere (an actor not yet made). */
  #unbind(task: WorkerTask, thread: ComputeThread, now: number): void {
    thread.own.remove(task);
    task.bound = undefined;
    this.#move(task, 'waiting', 'thread-ended', now);
    this.#data.requireAgain(task);
    if (task.waitingFor === 0) this.#becomeReady(task, 'thread-ended', now);
  }

  #replace(slot: number, now: number): void {
    if (this.#isClosing) return;
    if (this.#failedStarts === 0) {
      this.#startThread(slot, false, now);
    } else if (this.#failedStarts < MAX_FAILED_STARTS) {
      this.#due(now + 50 * 2 ** this.#failedStarts, { kind: 'restart', slot });
    } else {
      this.#output.giveUp(`${this.#failedStarts} compute threads in a row ended while starting`);
    }
  }

  #endActorThreadIfIdle(thread: ComputeThread): void {
    if (!thread.forActor || thread.state === 'ending') return;
    if (thread.pinned.size + thread.queue.length + thread.suspended.size + thread.own.size > 0) return;
    this.#threads.close(thread);
    this.#output.endThread(thread.id);
  }

  // --- time

  #due(atMs: number, due: Due): void {
    const before = this.#deadlines.nextMs;
    this.#deadlines.add(atMs, due);
    if (before === undefined || atMs < before) this.#output.wakeAt(atMs);
  }

  #fallDue(due: Due, now: number): void {
    switch (due.kind) {
      case 'grace': {
        const { thread } = due.task;
        if (isRunning(due.task) && thread !== undefined) this.#endThread(thread, now);
        break;
      }
      case 'timeout':
        this.#checkTimeout(due.task, now);
        break;
      case 'ask':
        this.#data.ask(due.datum, due.holder);
        break;
      case 'watch':
        this.#watch(due.thread, now);
        break;
      case 'report':
        this.#report(now);
        break;
      case 'restart':
        this.#startThread(due.slot, false, now);
        break;
    }
  }

  #checkTimeout(task: WorkerTask, now: number): void {
    if (!isTimed(task)) return;
    const { timeoutMs } = task.compute;
    // Behind others in its thread, it has not begun: then its time has not either.
    const dueMs = (task.startedMs === 0 ? now : task.startedMs) + timeoutMs;
    if (dueMs > now) this.#due(dueMs, { kind: 'timeout', task });
    else this.#stop(task, { kind: 'timeout', reason: 'timeout' }, now);
  }

  /** Its first task takes longer than thought: what waits behind it is better off in an idle thread. */
  #watch(thread: ComputeThread, now: number): void {
    thread.isWatched = false;
    const head = thread.queue[0];
    if (thread.state !== 'ready' || head === undefined || thread.queue.length < 2) return;
    const overdueMs = now - head.startedMs - head.estimateMs;
    if (now - head.startedMs >= WATCH_MS && overdueMs > 0 && this.#threads.hasIdleBeside(thread)) {
      // It counts what it takes, so that nothing is put behind it again.
      head.estimateMs += overdueMs;
      thread.loadMs += overdueMs;
      this.#recall(thread, now);
    } else {
      thread.isWatched = true;
      this.#due(Math.max(now, head.startedMs) + WATCH_MS, { kind: 'watch', thread });
    }
  }
}

function slotOf(task: WorkerTask): number {
  return task.thread?.slot ?? 0;
}

/** Whether its deadline can still do something to it. */
function stillMatters(due: Due): boolean {
  if (due.kind === 'timeout') return isTimed(due.task);
  return due.kind !== 'grace' || isRunning(due.task);
}

function isRunning({ state }: WorkerTask): boolean {
  return state === 'executing' || state === 'suspended';
}

/** A task that was told to stop has a grace, and no time of its own any more. */
function isTimed(task: WorkerTask): boolean {
  return isRunning(task) && task.stop === undefined;
}
