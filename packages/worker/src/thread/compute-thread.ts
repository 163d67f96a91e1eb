/**
 * A compute thread: takes orders from its port, runs tasks one after the other, and says what came of them. What a task is, `attempts.ts` knows; here is
 * when: the turn that goes through the queue, when to look for news, and when to send some.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { DecodeOptions } from '@covey/functions';
import type { AttemptId, FunctionId, Opaque, TaskId } from '@covey/protocol/internal';
import type { Activity } from './activity.js';
import { Attempts } from './attempts.js';
import { receiveBatch } from './batch.js';
import type { PostedBatch } from './batch.js';
import { FunctionTable, KnownFunction } from './function-table.js';
import { InTask } from './in-task.js';
import { Leases } from './leases.js';
import { dispatchThreadOrders, threadReports } from './messages.js';
import type { BufferId, Parts, TaskOrder, ThreadOrderHandler, ThreadStart, ThreadValue } from './messages.js';
import { Outbox } from './outbox.js';
import { Requests } from './requests.js';
import { Slot } from './slot.js';
import { TaskQueue } from './task-queue.js';
import type { TaskInput } from './task-queue.js';
import { ThreadControl } from './thread-control.js';
import { Tidying } from './tidying.js';
import { framesOf, ValueStore } from './value-store.js';
import type { BufferTable } from './value-store.js';

/** What is finished waits at most this long for what still runs; a function is *short* when it takes less. */
const FLUSH_MS = 1;
/** While tasks run one after the other, news (a cancellation) is looked for this often. */
const POLL_MS = 0.2;
/** After so long the event loop gets its turn: timers, sockets, the collector's finalizers. */
const YIELD_MS = 4;

const noInputs: readonly never[] = [];
const noBuffers: BufferTable = new Map();

export interface ComputeThreadParts {
  readonly start: ThreadStart;
  readonly decodeOptions: DecodeOptions;
  /** An uploaded file is in place. */
  onUpload(name: string, path: string, hash: string): void;
  /** Something in here is broken: the thread can't be trusted any more. */
  onBroken(error: unknown): void;
}

export class ComputeThread implements ThreadOrderHandler {
  /** For code inside tasks. */
  readonly inTask: InTask;
  readonly #parts: ComputeThreadParts;
  readonly #outbox: Outbox;
  readonly #control: ThreadControl;
  readonly #leases: Leases;
  readonly #tidying = new Tidying();
  readonly #values: ValueStore;
  readonly #functions: FunctionTable;
  readonly #attempts: Attempts;
  readonly #requests: Requests;
  readonly #slot: Slot;
  readonly #queue = new TaskQueue();
  /** Node's own, from before user code's timers are watched. */
  readonly #setImmediate = setImmediate;
  /** Those of the batch that is being read. */
  #buffers = noBuffers;
  #inTurn = false;
  #turnIsDue = false;
  #flushIsDue = false;
  #tidyIsDue = false;
  /** When the event loop last had its turn. */
  #loopedMs = 0;

  constructor(parts: ComputeThreadParts) {
    this.#parts = parts;
    const { start, decodeOptions } = parts;
    const { port, answers, workerName } = start;
    const wake = (): void => this.#wake();
    const flush = (): void => this.#flushSoon();
    const poll = (): void => this.#poll();
    this.#outbox = new Outbox(port, workerName);
    this.#control = new ThreadControl(start.control);
    this.#leases = new Leases(() => {
      this.#values.reportEnded();
      flush();
    });
    this.#values = new ValueStore({
      outbox: this.#outbox,
      answers,
      control: this.#control,
      leases: this.#leases,
      tidying: this.#tidying,
    });
    this.#functions = new FunctionTable(decodeOptions);
    this.#slot = new Slot({
      wake,
      suspended: (activity) => {
        this.#control.running = 0;
        threadReports.suspended(this.#outbox.fields, activity.attempt as AttemptId);
      },
      resumed: (activity) => {
        this.#control.running = activity.attempt;
        threadReports.resumed(this.#outbox.fields, activity.attempt as AttemptId);
      },
    });
    this.inTask = new InTask({ start, outbox: this.#outbox, slot: this.#slot, poll, flush });
    this.#attempts = new Attempts({
      functions: this.#functions,
      values: this.#values,
      outbox: this.#outbox,
      slot: this.#slot,
      control: this.#control,
      workerName,
      decodeOptions,
      inTask: this.inTask,
      cancelGraceMs: start.cancelGraceMs,
      poll,
      wake,
    });
    this.#requests = new Requests({
      outbox: this.#outbox,
      workerName,
      decodeOptions,
      pinned: this.#values.pinned,
      actorActivity: (taskId) => this.#attempts.pinnedActivity(taskId),
      begun: (requestId) => {
        this.#control.begun = requestId;
      },
      flush,
    });
  }

  /** Begins to read the port, and says so. */
  listen(): void {
    const { port } = this.#parts.start;
    port.on('message', (posted: PostedBatch) => {
      this.#loopedMs = performance.now();
      this.#guarded(() => {
        this.#receive(posted);
        this.#turn();
      });
    });
    // Orders that can't be read are lost: nothing that follows can be trusted to be complete.
    port.on('messageerror', (error: Error) => this.#parts.onBroken(error));
    threadReports.ready(this.#outbox.fields);
    this.#outbox.post();
  }

  print(activity: Activity | undefined, stream: number, text: string): void {
    this.#outbox.print(activity, stream, text);
    this.#flushSoon();
  }

  event(topic: string, payload: unknown): void {
    threadReports.event(this.#outbox.fields, topic, payload);
    this.#flushSoon();
  }

  /** Sends what there is at once. */
  flush(): void {
    this.#outbox.post();
  }

  task(order: TaskOrder): void {
    this.#queue.push({ order, inputs: this.#inputsOf(order), stopReason: undefined });
  }

  function(id: FunctionId, hash: string, name: string, references: number, value: ThreadValue): void {
    this.#functions.add(id, new KnownFunction(hash, name, references, framesOf(value, this.#buffers)));
  }

  releaseFunctions(ids: readonly FunctionId[]): void {
    this.#functions.release(ids);
  }

  cancel(attempt: AttemptId, reason: string): void {
    if (this.#attempts.stop(attempt, reason)) return;
    const queued = this.#queue.find(attempt);
    if (queued !== undefined) queued.stopReason = reason;
  }

  run(requestId: number, _hash: string, name: string, value: ThreadValue, args: Opaque, wait: boolean): void {
    this.#requests.run(requestId, name, framesOf(value, this.#buffers), args, wait);
  }

  actorCall(requestId: number, taskId: TaskId, method: string, args: Opaque): void {
    this.#requests.actorCall(requestId, taskId, method, args);
  }

  actorGet(requestId: number, taskId: TaskId, property: string): void {
    this.#requests.actorGet(requestId, taskId, property);
  }

  drop(taskIds: readonly TaskId[]): void {
    this.#attempts.drop(taskIds);
  }

  collect(token: number): void {
    this.#values.collect();
    threadReports.collected(this.#outbox.fields, token);
    this.#flushSoon();
  }

  upload(name: string, path: string, hash: string): void {
    this.#parts.onUpload(name, path, hash);
    this.#functions.forgetMade();
  }

  #receive(posted: PostedBatch): void {
    const { fields, ids, buffers } = receiveBatch(posted);
    if (ids.length > 0) {
      const table = new Map<BufferId, SharedArrayBuffer>();
      for (let i = 0; i < ids.length; i++) {
        const buffer = buffers[i] as SharedArrayBuffer;
        table.set(ids[i] as BufferId, buffer);
        this.#leases.add(ids[i] as BufferId, buffer);
        this.#tidying.passed(buffer.byteLength);
      }
      this.#buffers = table;
    }
    dispatchThreadOrders(fields, this);
    // What a task needs, it refers to by now: the table must not keep it alive.
    this.#buffers = noBuffers;
  }

  #inputsOf({ dependencies }: TaskOrder): readonly TaskInput[] {
    if (dependencies === null || dependencies.length === 0) return noInputs;
    const inputs: TaskInput[] = [];
    for (let at = 0; at < dependencies.length; at += 3) {
      const header = dependencies[at + 1] as Opaque | 0 | null;
      const parts = dependencies[at + 2] as Parts;
      // What is kept is looked up at once: it may be dropped before the task's turn comes.
      if (header === null) inputs.push(this.#values.shared.get(dependencies[at] as TaskId) ?? null);
      else inputs.push(framesOf({ header, parts }, this.#buffers));
    }
    return inputs;
  }

  #poll(): void {
    const { port } = this.#parts.start;
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: PostedBatch } | undefined;
      if (received === undefined) return;
      this.#receive(received.message);
    }
  }

  /** Runs what can run. */
  #turn(): void {
    if (this.#inTurn) return;
    this.#inTurn = true;
    this.#turnIsDue = false;
    let nowMs = performance.now();
    let flushedMs = nowMs;
    let polledMs = nowMs;
    const untilMs = nowMs + YIELD_MS;
    try {
      this.#requests.begin();
      while (this.#slot.holder === undefined && !this.#slot.resumeNext()) {
        const task = this.#queue.shift();
        if (task === undefined) break;
        const { order, stopReason } = task;
        if (!this.#control.claim(order.sequence)) continue;
        if (stopReason !== undefined) {
          threadReports.stopped(this.#outbox.fields, order.attempt, stopReason);
          continue;
        }
        const known = this.#functions.get(order.functionId);
        if (known.meanMs === undefined || known.meanMs >= FLUSH_MS) {
          flushedMs = nowMs;
          this.#outbox.post();
        }
        this.#attempts.start(task, known, nowMs);
        nowMs = this.#slot.holder === undefined ? this.#attempts.endedMs : performance.now();
        if (nowMs - flushedMs >= FLUSH_MS) {
          flushedMs = nowMs;
          this.#outbox.post();
        }
        if (nowMs - polledMs >= POLL_MS) {
          polledMs = nowMs;
          this.#poll();
          this.#requests.begin();
        }
        if (nowMs >= untilMs) {
          this.#turnSoon();
          break;
        }
      }
    } finally {
      this.#inTurn = false;
    }
    // An asynchronous task that has just begun may be over in a moment: what it says goes along.
    if (this.#slot.holder === undefined && this.#queue.length === 0) this.#outbox.post();
    else this.#flushSoon();
    if (this.#tidying.isDue(nowMs)) this.#tidySoon();
  }

  /** In a turn of the event loop's own: until then, what this one has received counts as in use. */
  #tidySoon(): void {
    if (this.#tidyIsDue) return;
    this.#tidyIsDue = true;
    this.#setImmediate(() => {
      this.#tidyIsDue = false;
      this.#guarded(() => {
        this.#values.collect();
        this.#outbox.post();
      });
    });
  }

  /** Called from promises' callbacks: goes on at once, unless the event loop has waited long enough. */
  #wake(): void {
    if (this.#inTurn || this.#turnIsDue) return;
    if (performance.now() - this.#loopedMs >= YIELD_MS) this.#turnSoon();
    else this.#guarded(() => this.#turn());
  }

  #turnSoon(): void {
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    this.#setImmediate(() => {
      this.#loopedMs = performance.now();
      this.#guarded(() => this.#turn());
    });
  }

  #flushSoon(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    this.#setImmediate(() => {
      this.#flushIsDue = false;
      this.#loopedMs = performance.now();
      this.#guarded(() => this.#outbox.post());
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.onBroken(error);
    }
  }
}
