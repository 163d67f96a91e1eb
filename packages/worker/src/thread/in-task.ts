/** Answers `getTask()`, `getWorker()` and `getExecutor()` in a compute thread. The executor is loaded when a task first asks for it. */
import process from 'node:process';
import { checkPlainData } from '@covey/protocol/internal';
import type { GiveBack, InTaskConnection, InTaskContext } from '../task-context/in-task-context.js';
import type { TaskContext, TaskContextProvider, WorkerContext } from '../task-context/task-context.js';
import { activities } from './activity.js';
import { loadExecutorEntry } from './executor-entry.js';
import { threadReports } from './messages.js';
import type { ThreadStart } from './messages.js';
import type { Outbox } from './outbox.js';
import type { Slot } from './slot.js';

export interface InTaskParts {
  readonly start: ThreadStart;
  readonly outbox: Outbox;
  readonly slot: Slot;
  /** Looks for news from outside. */
  readonly poll: () => void;
  /** Something was said outside of a turn. */
  flush(): void;
}

export class InTask implements TaskContextProvider {
  readonly #parts: InTaskParts;
  readonly #worker: WorkerContext;
  #connection: InTaskConnection | undefined;

  constructor(parts: InTaskParts) {
    this.#parts = parts;
    const { workerName, workerAddress, host, thread, localDirectory } = parts.start;
    this.#worker = {
      name: workerName,
      address: workerAddress,
      host,
      thread,
      localDirectory,
      logEvent: (topic, payload) => {
        checkPlainData(payload, 'the payload');
        this.#event(topic, payload);
      },
    };
  }

  task(): TaskContext | undefined {
    const activity = activities.getStore();
    if (activity === undefined) return undefined;
    const { poll, start } = this.#parts;
    return {
      key: activity.key,
      attempt: activity.tries,
      attemptId: activity.attempt,
      get signal() {
        return activity.signal(poll);
      },
      log: (message, fields = {}) => {
        checkPlainData(fields, 'fields');
        this.#event('log', { timeMs: Date.now(), key: activity.key, worker: start.workerName, message, fields });
      },
    };
  }

  worker(): WorkerContext {
    return this.#worker;
  }

  executor(): unknown {
    return this.connection().executor;
  }

  /** The thread's executor, connected now if it wasn't. */
  connection(): InTaskConnection {
    return (this.#connection ??= this.#connect());
  }

  #event(topic: string, payload: unknown): void {
    threadReports.event(this.#parts.outbox.fields, topic, payload);
    this.#parts.flush();
  }

  #connect(): InTaskConnection {
    const { executorEntry, schedulerAddress, secret, tls, workerName, thread } = this.#parts.start;
    const { connectInTask } = loadExecutorEntry(executorEntry);
    const context: InTaskContext = {
      schedulerAddress,
      secret,
      tls,
      name: `${workerName}/${thread}`,
      thread: { worker: workerName, pid: process.pid, number: thread },
      currentTaskKey: () => activities.getStore()?.key,
      whileWaiting: (promise) => this.#whileWaiting(promise),
      atEnd: (giveBack) => this.#atEnd(giveBack),
    };
    // In nobody's context: the connection outlives the task that asked first.
    return activities.exit(() => connectInTask(context));
  }

  #atEnd(giveBack: GiveBack): () => void {
    const activity = activities.getStore();
    const holder = activity?.owner ?? activity;
    if (holder === undefined) return () => undefined;
    const end = (): void => {
      const message = giveBack();
      if (message === undefined) return;
      const { workerName } = this.#parts.start;
      this.#event('warning', { timeMs: Date.now(), key: holder.key, worker: workerName, name: 'Warning', message });
    };
    if (holder.hasEnded) end();
    else holder.leave(end);
    return () => holder.forget(end);
  }

  #whileWaiting<T>(promise: Promise<T>): Promise<T> {
    const activity = activities.getStore();
    // Only attempts have a slot to give away.
    if (activity === undefined || activity.hasEnded || activity.attempt === 0) return promise;
    return this.#parts.slot.whileWaiting(activity, activity.signal(this.#parts.poll), promise);
  }
}
