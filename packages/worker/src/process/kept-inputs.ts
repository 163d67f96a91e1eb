/** Which inputs the compute threads keep decoded (see `thread/shared-inputs.ts`): those are not sent again, and dropped there with the result. */
import type { TaskId } from '@covey/protocol/internal';
import { threadOrders } from '../thread/messages.js';
import type { ThreadHandle } from './compute-threads.js';

export class KeptInputs {
  readonly #threads = new Map<TaskId, Set<ThreadHandle>>();

  note(taskId: TaskId, thread: ThreadHandle): void {
    const threads = this.#threads.get(taskId);
    if (threads === undefined) this.#threads.set(taskId, new Set([thread]));
    else threads.add(thread);
  }

  has(taskId: TaskId, thread: ThreadHandle): boolean {
    return this.#threads.size > 0 && this.#threads.get(taskId)?.has(thread) === true;
  }

  /** The result is gone, or there is another one. */
  drop(taskId: TaskId): void {
    if (this.#threads.size === 0) return;
    for (const { batch } of this.#threads.get(taskId) ?? []) threadOrders.drop(batch.fields, [taskId]);
    this.#threads.delete(taskId);
  }

  threadEnded(thread: ThreadHandle): void {
    for (const [taskId, threads] of this.#threads) {
      threads.delete(thread);
      if (threads.size === 0) this.#threads.delete(taskId);
    }
  }
}
