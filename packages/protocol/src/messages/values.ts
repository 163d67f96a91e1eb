/**
 * The parts that several messages share. What a user's value or function means is nobody's business here: opaque bytes.
 */
import type { WorkerId } from './ids.js';

/** Results up to this many bytes ride inside messages; larger ones are fetched from their holders. */
export const INLINE_RESULT_BYTES = 1024;

/** Results above this many bytes do not travel through the scheduler, to clients that do not reach their holders. */
export const MAX_RELAYED_BYTES = 64 * 2 ** 20;

/** Bytes nobody on the way looks into. */
export type Opaque = Uint8Array;

/** A function as it travels: a header and its large buffers, content-addressed by `hash`. */
export interface FunctionBlob {
  readonly hash: string;
  /** Shown to people, and the prefix under which durations are learned. */
  readonly name: string;
  /** How many of a task's dependencies, the first ones, belong to the function's captures; the rest belong to its arguments. */
  readonly references: number;
  readonly header: Opaque;
  readonly buffers: readonly Opaque[];
}

/** What holds for all tasks of one `submit`, `map` or part of a graph. Absent means the default. */
export interface TaskOptions {
  /** Greater runs earlier; an integer from -32768 to 32767; default 0. */
  readonly priority?: number;
  /** How often an erred task is tried again before its error counts; default 0. */
  readonly retries?: number;
  /** Addresses, names or hosts of the workers that may run the task. */
  readonly workers?: readonly string[];
  /** With `workers`: prefer them, but others may do. */
  readonly allowOtherWorkers?: boolean;
  /** Amounts of abstract resources held while the task runs. */
  readonly resources?: Readonly<Record<string, number>>;
  /** An attempt that runs longer is stopped and errs with a `TaskTimeoutError`. */
  readonly timeoutMs?: number;
  /** The submitting client wants the results (holds futures); false for the inner tasks of a graph. Default true. */
  readonly wanted?: boolean;
  /** The result is an actor: it lives in a thread of its own and is called, not copied. */
  readonly actor?: boolean;
  /** Impure tasks are never merged with another client's equal key. Default true. */
  readonly pure?: boolean;
  /**
   * The keys are made of what the tasks compute: an equal key is the same task, without comparing definitions (whose bytes
   * may differ where their content does not: a property order, the line on which a function stands). Default false.
   */
  readonly contentKeys?: boolean;
}

/**
 * Whose interest in tasks ends when they are cancelled: only that of the numbers named; all of the client's; everybody's. What
 * nobody else wants is stopped.
 */
export type CancelScope = 'numbers' | 'client' | 'everybody';

/** Why a task has no result. Made where it happened, carried unchanged to everybody who asked for the task or its dependents. */
export interface ErrorReport {
  /** The class name of what was thrown ('TypeError'), or of ours ('KilledWorkerError'). */
  readonly name: string;
  readonly message: string;
  /** The stack as text, already mapped to the user's own lines. */
  readonly stack?: string;
  /** Of our own errors: the stable code, e.g. 'ERR_COVEY_KILLED_WORKER'. Absent for what user code threw. */
  readonly code?: string;
  /** What user code threw, encoded; absent when it could not be, or when the error is ours. */
  readonly value?: Opaque;
  /** Of our own errors: their further fields (exit code, signal, memory curve, …). */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Key of the task that failed; its dependents carry the same report. */
  readonly key: string;
  /** Name or address of the worker on which it happened. */
  readonly worker?: string;
}

/**
 * One dependency inside a compute message. `where` says how to get it: 0, the worker has it (or it is on its way there); 1, an
 * attempt that was sent to the worker before makes it (and stands in place of the size, which nobody knows yet); bytes, here it is; worker ids, fetch it from one of these.
 */
export type DependencyWhere = 0 | 1 | Opaque | readonly WorkerId[];
