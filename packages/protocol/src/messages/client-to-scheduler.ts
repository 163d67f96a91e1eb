/**
 * What a client tells the scheduler, as positional fields in a batch. The only file that knows the layout of this direction.
 *
 * Ops below `FIRST_OP` belong to the channel (calls and replies); rare requests are calls: see `calls.ts`.
 */
import { ProtocolError } from '../errors.js';
import { FIRST_OP } from './ops.js';
import type { ClientTaskId, FunctionId, OptionsId } from './ids.js';
import type { CancelScope, FunctionBlob, Opaque, TaskOptions } from './values.js';

const Op = {
  function: FIRST_OP,
  options: FIRST_OP + 1,
  tasks: FIRST_OP + 2,
  hold: FIRST_OP + 3,
  release: FIRST_OP + 4,
  cancel: FIRST_OP + 5,
  retry: FIRST_OP + 6,
  releaseFunction: FIRST_OP + 7,
} as const;

/**
 * A run of tasks that share function and options: a `submit` is a run of one, a `map` a few chunks of up to 2,000.
 * Item `i` has the id `firstId + i`, its encoded arguments end at `argumentEnds[i]`, and its dependencies are
 * `dependencies[i * n … (i + 1) * n)` where n = dependencies.length / count (a chunk has equally many for each item; who has
 * it otherwise sends runs of one). A dependency's id is lower than the task's own: so there can be no cycle, and the
 * order of ids is the order of priority.
 */
export interface TaskRun {
  readonly optionsId: OptionsId;
  readonly functionId: FunctionId;
  readonly firstId: ClientTaskId;
  readonly count: number;
  /** A key for each item, or a prefix, which stands for the keys `${prefix}-${id}`. */
  readonly keys: string | readonly string[];
  readonly args: Opaque;
  /** One end offset an item; null for a run of one, whose arguments are all of `args`. */
  readonly argumentEnds: readonly number[] | null;
  readonly dependencies: readonly ClientTaskId[] | null;
  /**
   * Under keys that a person chose: a number for what each item computes, made of its content (equal for equal functions, wherever
   * they stand), by which definitions are compared. 0, or null for all, where there is none: then functions and arguments are, as bytes.
   */
  readonly definitions: readonly number[] | null;
}

/** What the scheduler does with each message of a client. */
export interface ClientMessageHandler {
  /** A function that later runs name by `id`. Sent once a session. */
  function(id: FunctionId, blob: FunctionBlob): void;
  /** Options that later runs name by `id`. */
  options(id: OptionsId, options: TaskOptions): void;
  tasks(run: TaskRun): void;
  /** The client wants these too: inner tasks of a graph that became futures. */
  hold(ids: readonly ClientTaskId[]): void;
  /** The client's last handle of these is gone; the ids mean nothing from here on. `ranges`: first, count, first, count, … */
  release(ranges: readonly number[]): void;
  /** Stop these and everything that depends on them. Tasks that others want, as `scope` says, go on. */
  cancel(ids: readonly ClientTaskId[], scope: CancelScope, reason: string): void;
  /** Run erred tasks again, with the erred tasks that they depend on. */
  retry(ids: readonly ClientTaskId[]): void;
  /** No later run will name these functions. */
  releaseFunction(ids: readonly FunctionId[]): void;
}

/** Appends messages to an outgoing batch. */
export const clientMessages = {
  function(out: unknown[], id: FunctionId, blob: FunctionBlob): void {
    out.push(Op.function, id, blob.hash, blob.name, blob.references, blob.header, blob.buffers);
  },
  options(out: unknown[], id: OptionsId, options: TaskOptions): void {
    out.push(Op.options, id, options);
  },
  tasks(out: unknown[], run: TaskRun): void {
    out.push(
      Op.tasks,
      run.optionsId,
      run.functionId,
      run.firstId,
      run.count,
      run.keys,
      run.args,
      run.argumentEnds,
      run.dependencies,
      run.definitions,
    );
  },
  hold(out: unknown[], ids: readonly ClientTaskId[]): void {
    out.push(Op.hold, ids);
  },
  release(out: unknown[], ranges: readonly number[]): void {
    out.push(Op.release, ranges);
  },
  cancel(out: unknown[], ids: readonly ClientTaskId[], scope: CancelScope, reason: string): void {
    out.push(Op.cancel, ids, scope, reason);
  },
  retry(out: unknown[], ids: readonly ClientTaskId[]): void {
    out.push(Op.retry, ids);
  },
  releaseFunction(out: unknown[], ids: readonly FunctionId[]): void {
    out.push(Op.releaseFunction, ids);
  },
};

/** Reads a batch from a client, message by message. @throws ProtocolError for an op that does not exist. */
export function dispatchClientBatch(batch: readonly unknown[], handler: ClientMessageHandler): void {
  let at = 0;
  // The casts below are the edge: handlers check what they rely on, and a wrong type ends that client's connection.
  while (at < batch.length) {
    const op = batch[at++];
    switch (op) {
      case Op.tasks:
        handler.tasks({
          optionsId: batch[at] as OptionsId,
          functionId: batch[at + 1] as FunctionId,
          firstId: batch[at + 2] as ClientTaskId,
          count: batch[at + 3] as number,
          keys: batch[at + 4] as string | string[],
          args: batch[at + 5] as Opaque,
          argumentEnds: batch[at + 6] as number[] | null,
          dependencies: batch[at + 7] as ClientTaskId[] | null,
          definitions: batch[at + 8] as number[] | null,
        });
        at += 9;
        break;
      case Op.release:
        handler.release(batch[at++] as number[]);
        break;
      case Op.function:
        handler.function(batch[at] as FunctionId, {
          hash: batch[at + 1] as string,
          name: batch[at + 2] as string,
          references: batch[at + 3] as number,
          header: batch[at + 4] as Opaque,
          buffers: batch[at + 5] as Opaque[],
        });
        at += 6;
        break;
      case Op.options:
        handler.options(batch[at] as OptionsId, batch[at + 1] as TaskOptions);
        at += 2;
        break;
      case Op.hold:
        handler.hold(batch[at++] as ClientTaskId[]);
        break;
      case Op.cancel:
        handler.cancel(batch[at] as ClientTaskId[], batch[at + 1] as CancelScope, batch[at + 2] as string);
        at += 3;
        break;
      case Op.retry:
        handler.retry(batch[at++] as ClientTaskId[]);
        break;
      case Op.releaseFunction:
        handler.releaseFunction(batch[at++] as FunctionId[]);
        break;
      default:
        throw new ProtocolError(`A client's batch has the unknown op ${String(op)} at ${at - 1}`);
    }
  }
}
