/**
 * The executor of a compute thread: tasks submit and wait through it. It is bundled, with all else that tasks may import of Covey,
 * to a file of its own, which a thread loads only when a task first asks for it.
 */
import { createLineLogger, Secret } from '@covey/protocol';
import type { ConnectTls } from '@covey/protocol';
import type { AttemptId, HostThread } from '@covey/protocol/internal';
import { UsageError } from './errors.js';
import { ExecutorCore } from './executor/core.js';
import { letExecutorsTravel } from './executor/travel.js';
import type { Executor } from './executor.js';
import type { Future } from './future.js';
import { Adoption } from './session/adoption.js';
import { openLink } from './session/channel-link.js';
import type { SchedulerDial } from './session/channel-link.js';
import { PendingLink } from './session/pending-link.js';
import { View } from './session/view.js';
import { listFutures } from './usage.js';

/** What a compute thread tells of itself, and how a task gives its slot away while it waits. */
export interface InTaskContext {
  readonly schedulerAddress: string;
  readonly secret: string | null;
  readonly tls: ConnectTls | null;
  /** Shown in the scheduler's list of clients. */
  readonly name: string;
  /** With which the session ends. */
  readonly thread: HostThread;
  /** Of the asynchronous context of the caller. */
  currentTaskKey(): string | undefined;
  /** Settles like the promise, when the task has a slot again; in between its slot is free. */
  whileWaiting<T>(promise: Promise<T>): Promise<T>;
  /** See `SessionSettings.atEnd`. */
  atEnd(giveBack: () => string | undefined): () => void;
}

/** Bytes; less than elsewhere, since many threads may each have such an executor. */
const MAX_UNACKNOWLEDGED_BYTES = 64 * 2 ** 20;

/** What the thread does with an executor. */
export interface InTaskConnection {
  /** What tasks get. */
  readonly executor: Executor;
  /** Has the result of an attempt that is about to be done hold the tasks of the futures in it. */
  holdInResult(attempt: number, futures: readonly object[], signal: AbortSignal): Promise<void>;
  /** Makes futures of those in an argument. */
  adoption(): Adoption;
}

/**
 * An executor at once; the connection is made in the background, and what is submitted meanwhile waits.
 *
 * @param executorClass what tasks know as `Executor`
 */
export function connectInTask(context: InTaskContext, executorClass: typeof Executor): InTaskConnection {
  if (context.secret === null) throw new UsageError('This worker has no secret with which tasks could connect');
  const logger = createLineLogger({ level: 'warn' });
  const insideTask = context.currentTaskKey();
  const dial: SchedulerDial = {
    address: context.schedulerAddress,
    secret: Secret.fromText(context.secret, 'the worker'),
    hello: { name: context.name, thread: context.thread, ...(insideTask !== undefined && { insideTask }) },
    logger,
    timeoutMs: 10_000,
    waitMs: 10_000,
    reconnectMs: 60_000,
    maxUnacknowledgedBytes: MAX_UNACKNOWLEDGED_BYTES * 4,
    ...(context.tls !== null && { tls: context.tls }),
  };
  const core = new ExecutorCore(
    new PendingLink(dial.address, openLink(dial, undefined)),
    {
      logger,
      maxUnacknowledgedBytes: MAX_UNACKNOWLEDGED_BYTES,
      aroundWait: (wait) => context.whileWaiting(wait()),
      atEnd: (giveBack) => context.atEnd(giveBack),
    },
    { dial, shared: true },
  );
  const executor: Executor = new executorClass(core, new View({}));
  letExecutorsTravel(() => executor);
  return {
    executor,
    holdInResult: async (attempt, futures, signal) =>
      core.session.holdInResult(
        attempt as AttemptId,
        listFutures(futures as Future<unknown>[], 'a result holds'),
        signal,
      ),
    adoption: () => new Adoption(core.session),
  };
}
