/**
 * Inputs that were declared shared: decoded once, and the same object for all tasks of the thread until the worker drops the result. The
 * worker is told, and sends such an input no more.
 *
 * What holds futures is not kept: those are the task's that got them.
 */
import type { Frames } from '@covey/functions';
import { isSharedEncoding } from '@covey/functions/internal';
import type { TaskId } from '@covey/protocol/internal';
import { SHARED_FROM_BYTES, threadReports } from './messages.js';
import type { Outbox } from './outbox.js';

/** An input that needs no decoding. */
export class DecodedInput {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export class SharedInputs {
  readonly #inputs = new Map<TaskId, DecodedInput>();
  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get(taskId: TaskId): DecodedInput | undefined {
    return this.#inputs.get(taskId);
  }

  /** Keeps an input that was decoded, if it is one of these. Small ones are decoded sooner than looked up. */
  offer(taskId: TaskId, { header, buffers }: Frames, value: unknown): void {
    if (!isSharedEncoding(header) || (buffers.length === 0 && header.length < SHARED_FROM_BYTES)) return;
    this.#inputs.set(taskId, new DecodedInput(value));
    threadReports.kept(this.#outbox.fields, taskId);
  }

  drop(taskId: TaskId): void {
    this.#inputs.delete(taskId);
  }
}
