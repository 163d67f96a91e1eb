/**
 * What a worker's I/O thread and its compute threads say to each other. The only file that knows the layout.
 *
 * **Carrier.** One message port a thread. A message is a *batch* of everything that one turn of the event loop had to say: a packed flat array
 * `[op, field, …, op, field, …]` in one transferred `ArrayBuffer`; never a message a task. The array arrives bare, or as `[bytes, ids, buffers]` when
 * the batch names shared buffers that the receiver has not seen in this batch: `ids[i]` is the number of the `SharedArrayBuffer` `buffers[i]`.
 *
 * **Values** are opaque here: a header and *parts*, ranges of shared buffers. Small buffers are inside the header, so that a small value is one piece of
 * bytes. A header that is large itself is the first part (and 0 stands in its place). Parts are triples `bufferId, byteOffset, nbytes`.
 *
 * **Shared buffers** belong to the I/O thread's pool, which numbers them. A thread asks for some with `allocate` and blocks until the answer port has them
 * (the I/O thread never runs user code, so that is microseconds), copies the result's buffers in, and gives them back in `done`, or with `unused`. Whatever a thread
 * receives beside a batch is *leased* to it: one lease for each `SharedArrayBuffer` object received; when the object is collected, the thread says `unleased`.
 * With `collectFirst` in the answer, the pool is under pressure: collect, say `unleased`, ask again with `collected` true.
 *
 * **Order.** Tasks carry consecutive sequence numbers. A thread runs them in order and *claims* each before it starts it (`ThreadControl.claim`); a task
 * whose claim fails was taken back and is dropped without a word. So the I/O thread always knows which ones have started.
 *
 * **Results** are flushed at the end of a turn, and at the latest when the thread has run for a millisecond since the last flush: nothing that is finished waits
 * for something that runs. Durations are milliseconds, starts milliseconds since the Unix epoch.
 */
import type { ConnectTls } from '@covey/protocol';
import type { MessagePort } from 'node:worker_threads';
import type { AttemptId, ErrorReport, FunctionBlob, FunctionId, Opaque, TaskId } from '@covey/protocol/internal';

/** A shared buffer of the pool; never reused for another buffer. */
export type BufferId = number;

/** Buffers of a value from this many bytes on are shared; smaller ones are inside the header. Headers too. */
export const SHARED_FROM_BYTES = 32 * 1024;

/** Triples `bufferId, byteOffset, nbytes`; null when there are none. */
export type Parts = readonly number[] | null;

/** An encoded value between threads: 0 as header means that the first part is the header. */
export interface ThreadValue {
  readonly header: Opaque | 0;
  readonly parts: Parts;
}

/** What a compute thread is given as its `workerData`. Its port and answer port are in the transfer list. */
export interface ThreadStart {
  readonly thread: number;
  readonly port: MessagePort;
  /** Receives `Answer`s to `allocate`, to be taken with `receiveMessageOnPort`. */
  readonly answers: MessagePort;
  /** For `ThreadControl`. */
  readonly control: SharedArrayBuffer;
  readonly workerName: string;
  readonly workerAddress: string;
  readonly host: string;
  readonly schedulerAddress: string;
  /** The cluster's secret, for the executor that tasks get. */
  readonly secret: string | null;
  /** TLS of the worker, for the same executor. */
  readonly tls: ConnectTls | null;
  readonly localDirectory: string;
  /** Where bare specifiers of shipped functions are resolved; null is the working directory. */
  readonly moduleRoot: string | null;
  /** The module that gives tasks their executor; null when there is none. */
  readonly executorEntry: string | null;
  /** How long a task may take to heed its signal before the thread is ended for it, in milliseconds. */
  readonly cancelGraceMs: number;
  /** Files uploaded before the thread started. */
  readonly uploads: readonly { readonly name: string; readonly path: string; readonly hash: string }[];
}

/** The answer to `allocate`: a buffer for each size, in order; or none and `collectFirst`. */
export interface Answer {
  readonly ids: readonly BufferId[];
  readonly buffers: readonly SharedArrayBuffer[];
  readonly collectFirst: boolean;
  /** There is no memory for it: what the task's error should say. */
  readonly error?: string;
}

const Order = {
  task: 1,
  function: 2,
  releaseFunctions: 3,
  cancel: 4,
  run: 5,
  actorCall: 6,
  actorGet: 7,
  drop: 8,
  collect: 9,
  upload: 10,
} as const;

/** One attempt to run. */
export interface TaskOrder {
  /** Consecutive per thread, wrapping at 2^30: what `ThreadControl.claim` takes. */
  readonly sequence: number;
  readonly attempt: AttemptId;
  readonly taskId: TaskId;
  readonly key: string;
  readonly functionId: FunctionId;
  /** 0 a plain task, 1 an actor: the result stays in this thread and is called. */
  readonly kind: number;
  readonly args: Opaque;
  /** Triples `TaskId, header, parts`: header is bytes, 0 (it is the first part), or null (in this thread already: pinned or kept). */
  readonly dependencies: readonly unknown[] | null;
  /** See `ComputeTask`. */
  readonly tries: number;
}

/** What a compute thread does with each message of the I/O thread. */
export interface ThreadOrderHandler {
  task(order: TaskOrder): void;
  /** Comes before the first task that names it, once a thread. */
  function(id: FunctionId, hash: string, name: string, references: number, value: ThreadValue): void;
  releaseFunctions(ids: readonly FunctionId[]): void;
  /** Abort this attempt's signal. An attempt that then ends, however, reports `stopped` (or `done` if it was about to). Unknown attempts are ignored. */
  cancel(attempt: AttemptId, reason: string): void;
  /** Run a function outside the task system, between tasks; answered by `reply` or `replyError`. Without `wait`, answer at once. */
  run(requestId: number, hash: string, name: string, value: ThreadValue, args: Opaque, wait: boolean): void;
  actorCall(requestId: number, taskId: TaskId, method: string, args: Opaque): void;
  actorGet(requestId: number, taskId: TaskId, property: string): void;
  /** Forget these pinned values and actors. */
  drop(taskIds: readonly TaskId[]): void;
  /** Run the collector, say `unleased` for what is gone, then `collected` with the token. */
  collect(token: number): void;
  /** The file is in place under `path`; a new hash under an old name is another module. */
  upload(name: string, path: string, hash: string): void;
}

/** Appends messages for a compute thread to a batch. */
export const threadOrders = {
  /** Positional, because it is sent once a task. */
  task(
    out: unknown[],
    sequence: number,
    attempt: AttemptId,
    taskId: TaskId,
    key: string,
    functionId: FunctionId,
    kind: number,
    args: Opaque,
    dependencies: readonly unknown[] | null,
    tries: number,
  ): void {
    out.push(Order.task, sequence, attempt, taskId, key, functionId, kind, args, dependencies, tries);
  },
  function(out: unknown[], id: FunctionId, blob: FunctionBlob, value: ThreadValue): void {
    out.push(Order.function, id, blob.hash, blob.name, blob.references, value.header, value.parts);
  },
  releaseFunctions(out: unknown[], ids: readonly FunctionId[]): void {
    out.push(Order.releaseFunctions, ids);
  },
  cancel(out: unknown[], attempt: AttemptId, reason: string): void {
    out.push(Order.cancel, attempt, reason);
  },
  run(out: unknown[], requestId: number, blob: FunctionBlob, value: ThreadValue, args: Opaque, wait: boolean): void {
    out.push(Order.run, requestId, blob.hash, blob.name, value.header, value.parts, args, wait);
  },
  actorCall(out: unknown[], requestId: number, taskId: TaskId, method: string, args: Opaque): void {
    out.push(Order.actorCall, requestId, taskId, method, args);
  },
  actorGet(out: unknown[], requestId: number, taskId: TaskId, property: string): void {
    out.push(Order.actorGet, requestId, taskId, property);
  },
  drop(out: unknown[], taskIds: readonly TaskId[]): void {
    out.push(Order.drop, taskIds);
  },
  collect(out: unknown[], token: number): void {
    out.push(Order.collect, token);
  },
  upload(out: unknown[], name: string, path: string, hash: string): void {
    out.push(Order.upload, name, path, hash);
  },
};

/** Reads a batch in the compute thread. Both ends are of one version and one process, so nothing is checked but the ops. */
export function dispatchThreadOrders(batch: readonly unknown[], handler: ThreadOrderHandler): void {
  let at = 0;
  while (at < batch.length) {
    const op = batch[at++];
    switch (op) {
      case Order.task:
        handler.task({
          sequence: batch[at] as number,
          attempt: batch[at + 1] as AttemptId,
          taskId: batch[at + 2] as TaskId,
          key: batch[at + 3] as string,
          functionId: batch[at + 4] as FunctionId,
          kind: batch[at + 5] as number,
          args: batch[at + 6] as Opaque,
          dependencies: batch[at + 7] as readonly unknown[] | null,
          tries: batch[at + 8] as number,
        });
        at += 9;
        break;
      case Order.function:
        handler.function(
          batch[at] as FunctionId,
          batch[at + 1] as string,
          batch[at + 2] as string,
          batch[at + 3] as number,
          { header: batch[at + 4] as Opaque | 0, parts: batch[at + 5] as Parts },
        );
        at += 6;
        break;
      case Order.releaseFunctions:
        handler.releaseFunctions(batch[at++] as FunctionId[]);
        break;
      case Order.cancel:
        handler.cancel(batch[at] as AttemptId, batch[at + 1] as string);
        at += 2;
        break;
      case Order.run:
        handler.run(
          batch[at] as number,
          batch[at + 1] as string,
          batch[at + 2] as string,
          { header: batch[at + 3] as Opaque | 0, parts: batch[at + 4] as Parts },
          batch[at + 5] as Opaque,
          batch[at + 6] as boolean,
        );
        at += 7;
        break;
      case Order.actorCall:
        handler.actorCall(
          batch[at] as number,
          batch[at + 1] as TaskId,
          batch[at + 2] as string,
          batch[at + 3] as Opaque,
        );
        at += 4;
        break;
      case Order.actorGet:
        handler.actorGet(batch[at] as number, batch[at + 1] as TaskId, batch[at + 2] as string);
        at += 3;
        break;
      case Order.drop:
        handler.drop(batch[at++] as TaskId[]);
        break;
      case Order.collect:
        handler.collect(batch[at++] as number);
        break;
      case Order.upload:
        handler.upload(batch[at] as string, batch[at + 1] as string, batch[at + 2] as string);
        at += 3;
        break;
      default:
        throw new TypeError(`A batch for a compute thread has the unknown op ${String(op)} at ${at - 1}`);
    }
  }
}

const Report = {
  ready: 1,
  done: 2,
  pinned: 3,
  erred: 4,
  stopped: 5,
  suspended: 6,
  resumed: 7,
  reply: 8,
  replyError: 9,
  unleased: 10,
  allocate: 11,
  unused: 12,
  collected: 13,
  event: 14,
  kept: 15,
} as const;

/** What the I/O thread does with each message of a compute thread. */
export interface ThreadReportHandler {
  /** The thread's code is loaded and reads its port. */
  ready(): void;
  done(
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    header: Opaque | 0,
    parts: Parts,
  ): void;
  /** The value can't be encoded, for the reason `why`, or is an actor (''): it stays in the thread until `drop`. */
  pinned(attempt: AttemptId, type: string, why: string, startMs: number, durationMs: number): void;
  erred(attempt: AttemptId, startMs: number, durationMs: number, error: ErrorReport): void;
  /** It ended after its signal was aborted. */
  stopped(attempt: AttemptId, reason: string): void;
  /** It waits for a future of its own: the next task may run. */
  suspended(attempt: AttemptId): void;
  /** It has the slot again. */
  resumed(attempt: AttemptId): void;
  reply(requestId: number, value: Opaque): void;
  replyError(requestId: number, error: ErrorReport): void;
  /** For each id one lease less. */
  unleased(ids: readonly BufferId[]): void;
  /** The thread blocks until it has an `Answer`. `collected`: it has just run its collector, so no `collectFirst` again. */
  allocate(sizes: readonly number[], collected: boolean): void;
  /** Allocated, but the result was not delivered after all. */
  unused(ids: readonly BufferId[]): void;
  collected(token: number): void;
  /** It keeps this input decoded until `drop`: it need not be sent again. */
  kept(taskId: TaskId): void;
  /** What a task printed or logged, or an event for a topic: forwarded to who subscribed. */
  event(topic: string, payload: unknown): void;
}

/** Appends messages for the I/O thread to a batch. */
export const threadReports = {
  ready(out: unknown[]): void {
    out.push(Report.ready);
  },
  done(
    out: unknown[],
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    header: Opaque | 0,
    parts: Parts,
  ): void {
    out.push(Report.done, attempt, nbytes, type, startMs, durationMs, header, parts);
  },
  pinned(out: unknown[], attempt: AttemptId, type: string, why: string, startMs: number, durationMs: number): void {
    out.push(Report.pinned, attempt, type, why, startMs, durationMs);
  },
  erred(out: unknown[], attempt: AttemptId, startMs: number, durationMs: number, error: ErrorReport): void {
    out.push(Report.erred, attempt, startMs, durationMs, error);
  },
  stopped(out: unknown[], attempt: AttemptId, reason: string): void {
    out.push(Report.stopped, attempt, reason);
  },
  suspended(out: unknown[], attempt: AttemptId): void {
    out.push(Report.suspended, attempt);
  },
  resumed(out: unknown[], attempt: AttemptId): void {
    out.push(Report.resumed, attempt);
  },
  reply(out: unknown[], requestId: number, value: Opaque): void {
    out.push(Report.reply, requestId, value);
  },
  replyError(out: unknown[], requestId: number, error: ErrorReport): void {
    out.push(Report.replyError, requestId, error);
  },
  unleased(out: unknown[], ids: readonly BufferId[]): void {
    out.push(Report.unleased, ids);
  },
  allocate(out: unknown[], sizes: readonly number[], collected: boolean): void {
    out.push(Report.allocate, sizes, collected);
  },
  unused(out: unknown[], ids: readonly BufferId[]): void {
    out.push(Report.unused, ids);
  },
  collected(out: unknown[], token: number): void {
    out.push(Report.collected, token);
  },
  kept(out: unknown[], taskId: TaskId): void {
    out.push(Report.kept, taskId);
  },
  event(out: unknown[], topic: string, payload: unknown): void {
    out.push(Report.event, topic, payload);
  },
};

/** Reads a batch in the I/O thread. */
export function dispatchThreadReports(batch: readonly unknown[], handler: ThreadReportHandler): void {
  let at = 0;
  while (at < batch.length) {
    const op = batch[at++];
    switch (op) {
      case Report.done:
        handler.done(
          batch[at] as AttemptId,
          batch[at + 1] as number,
          batch[at + 2] as string,
          batch[at + 3] as number,
          batch[at + 4] as number,
          batch[at + 5] as Opaque | 0,
          batch[at + 6] as Parts,
        );
        at += 7;
        break;
      case Report.erred:
        handler.erred(
          batch[at] as AttemptId,
          batch[at + 1] as number,
          batch[at + 2] as number,
          batch[at + 3] as ErrorReport,
        );
        at += 4;
        break;
      case Report.pinned:
        handler.pinned(
          batch[at] as AttemptId,
          batch[at + 1] as string,
          batch[at + 2] as string,
          batch[at + 3] as number,
          batch[at + 4] as number,
        );
        at += 5;
        break;
      case Report.stopped:
        handler.stopped(batch[at] as AttemptId, batch[at + 1] as string);
        at += 2;
        break;
      case Report.suspended:
        handler.suspended(batch[at++] as AttemptId);
        break;
      case Report.resumed:
        handler.resumed(batch[at++] as AttemptId);
        break;
      case Report.reply:
        handler.reply(batch[at] as number, batch[at + 1] as Opaque);
        at += 2;
        break;
      case Report.replyError:
        handler.replyError(batch[at] as number, batch[at + 1] as ErrorReport);
        at += 2;
        break;
      case Report.unleased:
        handler.unleased(batch[at++] as BufferId[]);
        break;
      case Report.allocate:
        handler.allocate(batch[at] as number[], batch[at + 1] as boolean);
        at += 2;
        break;
      case Report.unused:
        handler.unused(batch[at++] as BufferId[]);
        break;
      case Report.collected:
        handler.collected(batch[at++] as number);
        break;
      case Report.kept:
        handler.kept(batch[at++] as TaskId);
        break;
      case Report.event:
        handler.event(batch[at] as string, batch[at + 1]);
        at += 2;
        break;
      case Report.ready:
        handler.ready();
        break;
      default:
        throw new TypeError(`A compute thread's batch has the unknown op ${String(op)} at ${at - 1}`);
    }
  }
}
