/**
 * Attempts at tasks: arguments in, call, result out. The path of a synchronous function is the one that counts: nothing on it is made that a task can do
 * without.
 */
import { types } from 'node:util';
import { PinnedValueGoneError } from '@covey/protocol';
import { decode, decodeAsync, encode, ModulesNotLoadedError, NotSerializableError } from '@covey/functions';
import type { DecodeOptions, EncodeOptions, Frames } from '@covey/functions';
import type { AttemptId, TaskId } from '@covey/protocol/internal';
import { abortReason, activities, Activity } from './activity.js';
import { reportError } from './error-report.js';
import type { FunctionTable, KnownFunction, UserFunction } from './function-table.js';
import { SHARED_FROM_BYTES, threadReports } from './messages.js';
import type { ThreadValue } from './messages.js';
import type { InTask } from './in-task.js';
import type { Outbox } from './outbox.js';
import { DecodedInput } from './shared-inputs.js';
import type { Slot } from './slot.js';
import type { QueuedTask } from './task-queue.js';
import type { ThreadControl } from './thread-control.js';
import { typeName } from './type-name.js';
import { sizeOf } from './value-store.js';
import type { ValueStore } from './value-store.js';

/** What marks a future of whatever copy of the executor's package. */
const futureMark = Symbol.for('covey.future');
/** Of a long path the beginning. */
const WHY_LIMIT = 1000;
const noBuffers: readonly Uint8Array[] = [];

export interface AttemptsParts {
  readonly functions: FunctionTable;
  readonly values: ValueStore;
  readonly outbox: Outbox;
  readonly slot: Slot;
  readonly control: ThreadControl;
  readonly workerName: string;
  readonly decodeOptions: DecodeOptions;
  readonly inTask: InTask;
  readonly cancelGraceMs: number;
  /** Looks for news from outside. */
  readonly poll: () => void;
  /** An attempt has ended outside of `start`: the next one may begin. */
  wake(): void;
}

export class Attempts {
  readonly #parts: AttemptsParts;
  /** Those that have gone on after their start: for `cancel`. */
  readonly #going = new Map<AttemptId, Activity>();
  /** Activities whose values stay in the thread: what they left running goes with the value. */
  readonly #pinnedBy = new Map<TaskId, Activity>();
  /** From `performance.now()` to the Unix epoch. */
  readonly #epochMs = Date.now() - performance.now();
  /** When the last attempt ended, by `performance.now()`. */
  endedMs = 0;
  readonly #onEscaped = (activity: Activity, error: unknown): void => {
    activity.stop(ERRED);
    this.#fail(activity, error);
    this.#parts.wake();
  };

  /** How the arguments that are being decoded refer to dependencies: the function's own come first. */
  #resolve: ((index: number) => unknown) | undefined;
  #captured = 0;
  /** Whose inputs are being decoded. */
  #decodingFor: Activity | undefined;
  /** Futures in the result that is being encoded. */
  #futuresFound: FutureMarked[] | undefined;
  /** Not the one that tasks get, whose timers end with them. */
  readonly #setTimeout = setTimeout;
  /** Made once: such options for each task would cost more than decoding its arguments. */
  readonly #referringOptions: DecodeOptions;
  readonly #inputOptions: DecodeOptions;
  readonly #resultOptions: EncodeOptions;

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
    this.#referringOptions = {
      ...parts.decodeOptions,
      reference: (index) => this.#resolve?.(index + this.#captured),
    };
    this.#inputOptions = { ...parts.decodeOptions, named: (key) => this.#adopt(this.#decodingFor as Activity, key) };
    this.#resultOptions = {
      outOfBandBytes: SHARED_FROM_BYTES,
      path: 'the result',
      named: (value) => {
        if (!isFuture(value)) return undefined;
        (this.#futuresFound ??= []).push(value);
        return value.key;
      },
    };
  }

  /** Runs it to its end, or to where it first waits. It has been claimed. */
  start(task: QueuedTask, known: KnownFunction, nowMs: number): void {
    const { order } = task;
    const { slot, control } = this.#parts;
    const activity = new Activity(order.attempt, order.key, nowMs);
    activity.known = known;
    activity.tries = order.tries;
    activity.onEscaped = this.#onEscaped;
    slot.take(activity);
    control.running = order.attempt;
    let callable: UserFunction;
    let args: unknown[];
    try {
      this.#decodingFor = activity;
      const resolve = task.inputs.length === 0 ? undefined : this.#resolver(task);
      callable = known.callable ?? this.#parts.functions.make(known, resolve);
      this.#resolve = resolve;
      this.#captured = known.references;
      const options = resolve === undefined ? this.#parts.decodeOptions : this.#referringOptions;
      args = decode({ header: order.args, buffers: noBuffers }, options) as unknown[];
      // Else the inputs of the last task would stay until the next one.
      this.#resolve = undefined;
      activity.adoption?.send();
    } catch (error) {
      if (error instanceof ModulesNotLoadedError) this.#follow(activity, task, this.#startLater(activity, task, known));
      else this.#fail(activity, error);
      return;
    }
    this.#call(activity, task, callable, args);
  }

  /** Aborts the signal of an attempt that runs; false when it doesn't. */
  stop(attempt: AttemptId, reason: string): boolean {
    const { holder } = this.#parts.slot;
    const activity = holder?.attempt === attempt ? holder : this.#going.get(attempt);
    activity?.stop(reason);
    if (activity !== undefined && this.#going.has(attempt) && this.#going.size > 1)
      this.#abandonLater(activity, reason);
    return activity !== undefined;
  }

  /**
   * One that only awaits, and does not heed its signal, is left to itself before the thread is ended for it: tasks that wait here for futures
   * would have to begin again, and one that waits for this very task would submit it again, and so on.
   */
  #abandonLater(activity: Activity, reason: string): void {
    this.#setTimeout(() => {
      this.#fail(activity, abortReason(reason));
      this.#parts.wake();
    }, this.#parts.cancelGraceMs / 2);
  }

  /** The context in which a pinned value was made. */
  pinnedActivity(taskId: TaskId): Activity | undefined {
    return this.#pinnedBy.get(taskId);
  }

  drop(taskIds: readonly TaskId[]): void {
    for (const taskId of taskIds) {
      this.#parts.values.shared.drop(taskId);
      this.#parts.values.pinned.delete(taskId);
      this.#pinnedBy.get(taskId)?.end();
      this.#pinnedBy.delete(taskId);
    }
  }

  #call(activity: Activity, task: QueuedTask, callable: UserFunction, args: readonly unknown[]): void {
    let value: unknown;
    let waits: boolean;
    try {
      value = activities.run(activity, task.order.kind === 1 ? makeActor : call, callable, args);
      waits = isThenable(value);
    } catch (error) {
      return this.#fail(activity, error);
    }
    if (waits) this.#follow(activity, task, value as PromiseLike<unknown>);
    else this.#complete(activity, task, value);
  }

  /** Modules have to be imported first. */
  async #startLater(activity: Activity, task: QueuedTask, known: KnownFunction): Promise<unknown> {
    const { decodeOptions } = this.#parts;
    const inputOptions: DecodeOptions = { ...decodeOptions, named: (key) => this.#adopt(activity, key) };
    const inputs = await Promise.all(
      task.inputs.map(async (input) =>
        input instanceof DecodedInput ? input.value : input && decodeAsync(input, inputOptions),
      ),
    );
    activity.adoption?.send();
    // Indices of pinned values stay empty: the resolver looks them up.
    const decoded: unknown[] = [];
    for (const [index, input] of task.inputs.entries()) if (input !== null) decoded[index] = inputs[index];
    const resolve = this.#resolver(task, decoded);
    const callable = known.callable ?? (await this.#parts.functions.makeAsync(known, resolve));
    const frames = { header: task.order.args, buffers: noBuffers };
    const args = (await decodeAsync(frames, this.#argumentOptions(known, resolve))) as unknown[];
    return activities.run(activity, task.order.kind === 1 ? makeActor : call, callable, args);
  }

  #follow(activity: Activity, task: QueuedTask, promise: PromiseLike<unknown>): void {
    this.#going.set(task.order.attempt, activity);
    Promise.resolve(promise).then(
      (value) => {
        this.#complete(activity, task, value);
        this.#parts.wake();
      },
      (error: unknown) => {
        this.#fail(activity, error);
        this.#parts.wake();
      },
    );
  }

  #complete(activity: Activity, task: QueuedTask, value: unknown): void {
    if (activity.hasEnded) return;
    const { adoption } = activity;
    if (adoption !== undefined) {
      // Futures that came in an input are kept by that until this task is done: by then they must hold their tasks themselves.
      activity.adoption = undefined;
      const held = adoption.settled().then(() => value);
      return this.#follow(activity, task, held);
    }
    if (isFuture(value)) {
      const future = value;
      return this.#follow(
        activity,
        task,
        activities.run(activity, () => future.result()),
      );
    }
    if (task.order.kind === 1) return this.#pin(activity, task, value, '');
    let frames: Frames;
    this.#futuresFound = undefined;
    try {
      frames = encode(value, this.#resultOptions);
    } catch (error) {
      if (error instanceof NotSerializableError && !isWalkedThrough(value)) {
        this.#pin(activity, task, value, error.message);
      } else this.#fail(activity, error);
      return;
    }
    if (this.#futuresFound === undefined) this.#deliver(activity, task, value, frames);
    else this.#holdAndDeliver(activity, task, value, frames, this.#futuresFound);
  }

  /** The scheduler has to know what the result holds before it hears of the result: this thread may let go of it then. */
  #holdAndDeliver(
    activity: Activity,
    task: QueuedTask,
    value: unknown,
    { header, buffers }: Frames,
    futures: readonly FutureMarked[],
  ): void {
    const { inTask, poll } = this.#parts;
    const { attempt } = task.order;
    // Other code may run meanwhile, and change what the buffers alias.
    const frames = { header, buffers: buffers.map((buffer) => buffer.slice()) };
    this.#futuresFound = undefined;
    this.#going.set(attempt, activity);
    activities
      .run(activity, async () => inTask.connection().holdInResult(attempt, futures, activity.signal(poll)))
      .then(
        () => {
          if (!activity.hasEnded) this.#deliver(activity, task, value, frames);
        },
        (error: unknown) => this.#fail(activity, error),
      )
      .finally(() => this.#parts.wake());
  }

  #deliver(activity: Activity, task: QueuedTask, value: unknown, frames: Frames): void {
    const { values, outbox } = this.#parts;
    let placed: ThreadValue;
    try {
      placed = values.place(frames);
    } catch (error) {
      this.#fail(activity, error);
      return;
    }
    const { header, parts } = placed;
    const nbytes = parts === null ? frames.header.length : sizeOf(frames);
    const durationMs = this.#end(activity);
    threadReports.done(
      outbox.fields,
      task.order.attempt,
      nbytes,
      typeName(value),
      this.#epochMs + activity.startMs,
      durationMs,
      header,
      parts,
    );
  }

  #pin(activity: Activity, task: QueuedTask, value: unknown, why: string): void {
    const { taskId, attempt } = task.order;
    this.#parts.values.pinned.set(taskId, value);
    this.#pinnedBy.set(taskId, activity);
    activity.onEscaped = undefined;
    const durationMs = this.#leave(activity);
    threadReports.pinned(
      this.#parts.outbox.fields,
      attempt,
      typeName(value),
      why.slice(0, WHY_LIMIT),
      this.#epochMs + activity.startMs,
      durationMs,
    );
  }

  #fail(activity: Activity, error: unknown): void {
    if (activity.hasEnded) return;
    const { outbox, workerName } = this.#parts;
    const wasStopped = activity.stopReason;
    const durationMs = this.#end(activity);
    const attempt = activity.attempt as AttemptId;
    if (wasStopped !== undefined && wasStopped !== ERRED)
      return threadReports.stopped(outbox.fields, attempt, wasStopped);
    const report = reportError(error, { key: activity.key, worker: workerName });
    threadReports.erred(outbox.fields, attempt, this.#epochMs + activity.startMs, durationMs, report);
  }

  #end(activity: Activity): number {
    activity.end();
    return this.#leave(activity);
  }

  /** A future that an input of a task names by its key. */
  #adopt(activity: Activity, key: string): unknown {
    const { inTask } = this.#parts;
    activity.adoption ??= activities.run(activity, () => inTask.connection().adoption());
    return activity.adoption.named(key);
  }

  /** Gives the slot back; answers how long the activity had it. */
  #leave(activity: Activity): number {
    const { slot, control } = this.#parts;
    const hadSlot = slot.holder === activity;
    this.endedMs = performance.now();
    const durationMs = activity.heldMs + (hadSlot ? this.endedMs - activity.sinceMs : 0);
    activity.known?.learn(durationMs);
    slot.release(activity);
    if (hadSlot) control.running = 0;
    if (this.#going.size > 0) this.#going.delete(activity.attempt as AttemptId);
    return durationMs;
  }

  /** Each dependency is decoded once a task, however often it is referred to. */
  #resolver(task: QueuedTask, decoded: unknown[] = []): (index: number) => unknown {
    const { values } = this.#parts;
    const { inputs, order } = task;
    return (index) => {
      if (index in decoded) return decoded[index];
      const input = inputs[index];
      if (input === undefined) throw new RangeError(`the task refers to dependency ${index} of ${inputs.length}`);
      if (input instanceof DecodedInput) return (decoded[index] = input.value);
      const taskId = order.dependencies?.[index * 3] as TaskId;
      if (input !== null) return (decoded[index] = this.#decode(input, taskId));
      if (!values.pinned.has(taskId)) {
        throw new PinnedValueGoneError(
          `'${order.key}' needs a value that only thread-bound code has, and that is gone`,
        );
      }
      return (decoded[index] = values.pinned.get(taskId));
    };
  }

  #decode(frames: Frames, taskId: TaskId): unknown {
    const { shared } = this.#parts.values;
    // Another task that came with the same input may have decoded it since.
    const known = shared.get(taskId);
    if (known !== undefined) return known.value;
    const value = decode(frames, this.#inputOptions);
    if (this.#decodingFor?.adoption === undefined) shared.offer(taskId, frames, value);
    return value;
  }

  #argumentOptions(known: KnownFunction, resolve: ((index: number) => unknown) | undefined): DecodeOptions {
    const { decodeOptions } = this.#parts;
    if (resolve === undefined) return decodeOptions;
    const { references } = known;
    return { ...decodeOptions, reference: references === 0 ? resolve : (index) => resolve(index + references) };
  }
}

const ERRED = 'its task erred';

function call(callable: UserFunction, args: readonly unknown[]): unknown {
  return Reflect.apply(callable, undefined, args);
}

/** An actor is an instance of the class, or what the function gives. */
function makeActor(callable: UserFunction, args: readonly unknown[]): unknown {
  const isClass = Object.getOwnPropertyDescriptor(callable, 'prototype')?.writable === false;
  return isClass ? (Reflect.construct(callable, args) as unknown) : call(callable, args);
}

function isThenable(value: unknown): boolean {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** What a thread, which knows no executor, sees of a future. */
interface FutureMarked {
  readonly key: string;
  result(): Promise<unknown>;
}

function isFuture(value: unknown): value is FutureMarked {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[futureMark] === true;
}

/** A generator or iterator: the first to read it leaves nothing for others, so it can't be a result that stays. */
function isWalkedThrough(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return types.isGeneratorObject(value) || / Iterator\]$/.test(Object.prototype.toString.call(value));
}
