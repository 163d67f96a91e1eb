/**
 * The compute threads and which tasks each gets ahead.
 *
 * A thread's window is a time: it gets further tasks while what it has is estimated to be over in a few milliseconds; a task of unknown or long duration is given only to a thread
 * that has nothing. So tiny tasks travel in large batches, and no long task makes others wait while another thread is idle.
 */
import { ComputeThread } from './compute-thread.js';
import type { ThreadId } from './compute-thread.js';
import type { Durations } from './durations.js';
import { ReadyQueue } from './ready-queue.js';
import type { WorkerTask } from './task.js';

export interface WindowLimits {
  /** Estimated milliseconds of work handed to a thread ahead. Default 4. */
  readonly windowMs: number;
  /** Tasks handed to a thread ahead. Default 1,000. */
  readonly windowTasks: number;
}

const DEFAULT_WINDOW_LIMITS: WindowLimits = { windowMs: 4, windowTasks: 1000 };

/** What handing over one task costs besides its own duration, milliseconds. */
const OVERHEAD_MS = 0.003;

export class ThreadBook {
  readonly #limits: WindowLimits;
  readonly #durations: Durations;
  readonly #threads = new Map<ThreadId, ComputeThread>();
  /** Threads that may get tasks. */
  #open: ComputeThread[] = [];
  /** Ready tasks that any thread may run. */
  readonly ready = new ReadyQueue();
  #lastId = 0;

  constructor(durations: Durations, limits: WindowLimits = DEFAULT_WINDOW_LIMITS) {
    this.#durations = durations;
    this.#limits = limits;
  }

  get(id: ThreadId): ComputeThread | undefined {
    return this.#threads.get(id);
  }

  [Symbol.iterator](): Iterator<ComputeThread> {
    return this.#threads.values();
  }

  /** A new thread, in the given slot or (for an actor) the first free one above `nthreads`. */
  add(slot: number, forActor: boolean): ComputeThread {
    const taken = new Set([...this.#threads.values()].map((thread) => thread.slot));
    let free = slot;
    while (forActor && taken.has(free)) free += 1;
    const thread = new ComputeThread(++this.#lastId, free, forActor);
    this.#threads.set(thread.id, thread);
    return thread;
  }

  /** It reads its port: it may get tasks. */
  open(thread: ComputeThread): void {
    thread.state = 'ready';
    this.#open.push(thread);
  }

  /** It gets no more tasks. */
  close(thread: ComputeThread): void {
    thread.state = 'ending';
    this.#open = this.#open.filter((other) => other !== thread);
  }

  remove(thread: ComputeThread): void {
    this.close(thread);
    this.#threads.delete(thread.id);
  }

  /** Takes tasks out of their ready queues, best first, while there is a thread for them; `handOver` gives each to its thread. */
  assign(handOver: (task: WorkerTask, thread: ComputeThread) => void): void {
    for (;;) {
      const common = this.ready.peek();
      let best: ComputeThread | undefined;
      let own: WorkerTask | undefined;
      for (const thread of this.#open) {
        own = thread.own.size === 0 ? undefined : this.#ownFirst(thread, common);
        if (own !== undefined) {
          best = thread;
          break;
        }
        if (common === undefined || thread.forActor || !this.#fits(thread, common)) continue;
        if (best === undefined || isLessLoaded(thread, best)) best = thread;
      }
      if (best === undefined) return;
      handOver(own ?? (this.ready.pop() as WorkerTask), best);
    }
  }

  /** Hands over the first ready task, if it comes before `before` in order and there is a thread without work for it. */
  assignOne(handOver: (task: WorkerTask, thread: ComputeThread) => void, before: number): void {
    const isDue = (task: WorkerTask | undefined) => task !== undefined && task.compute.priority < before;
    for (const thread of this.#open) {
      if (thread.queue.length > 0) continue;
      const own = thread.own.peek();
      const common = thread.forActor ? undefined : this.ready.peek();
      const isOwnFirst = own !== undefined && (common === undefined || own.compute.priority <= common.compute.priority);
      const first = isOwnFirst ? own : common;
      if (!isDue(first)) continue;
      handOver((isOwnFirst ? thread.own.pop() : this.ready.pop()) as WorkerTask, thread);
      return;
    }
  }

  /** What a task counts in a thread's load. An unknown one fills the window. */
  estimate(task: WorkerTask): number {
    const mean = this.#durations.estimate(task.compute.functionId);
    return mean === undefined ? this.#limits.windowMs : mean + OVERHEAD_MS;
  }

  /** Whether a thread without work is there, beside this one. */
  hasIdleBeside(thread: ComputeThread): boolean {
    return this.#open.some((other) => other !== thread && !other.forActor && other.queue.length === 0);
  }

  /** Takes the first task that only this thread may run, if its turn has come. */
  #ownFirst(thread: ComputeThread, common: WorkerTask | undefined): WorkerTask | undefined {
    const own = thread.own.peek();
    if (own === undefined || !this.#fits(thread, own)) return undefined;
    const isFirst = thread.forActor || common === undefined || own.compute.priority <= common.compute.priority;
    return isFirst ? thread.own.pop() : undefined;
  }

  #fits(thread: ComputeThread, task: WorkerTask): boolean {
    if (thread.queue.length === 0) return true;
    if (thread.queue.length >= this.#limits.windowTasks) return false;
    return thread.loadMs + this.estimate(task) <= this.#limits.windowMs;
  }
}

function isLessLoaded(left: ComputeThread, right: ComputeThread): boolean {
  return left.loadMs < right.loadMs || (left.loadMs === right.loadMs && left.queue.length < right.queue.length);
}
