/**
 * Tasks that could run now, in order of priority. A binary heap; the greatest sizes are the window that the scheduler sends ahead, so a few thousand.
 *
 * Equal priorities leave in order of arrival: each entry has a ticket.
 */
import type { WorkerTask } from './task.js';

export class ReadyQueue {
  readonly #heap: WorkerTask[] = [];
  #tickets = 0;

  get size(): number {
    return this.#heap.length;
  }

  peek(): WorkerTask | undefined {
    return this.#heap[0];
  }

  push(task: WorkerTask): void {
    task.ticket = this.#tickets++;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as WorkerTask;
      if (!isBefore(task, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = task;
  }

  pop(): WorkerTask | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first !== undefined && last !== first) this.#sink(0, last as WorkerTask);
    return first;
  }

  /** Takes one out from wherever it is; false when it is not here. Linear: for cancellations. */
  remove(task: WorkerTask): boolean {
    const at = this.#heap.indexOf(task);
    if (at < 0) return false;
    const rest = this.#heap.filter((other) => other !== task);
    this.#heap.length = 0;
    // Pushing in the order of the old heap keeps it a heap, but tickets must stay: order of arrival is older than this removal.
    for (const other of rest) this.#reinsert(other);
    return true;
  }

  [Symbol.iterator](): Iterator<WorkerTask> {
    return this.#heap[Symbol.iterator]();
  }

  #reinsert(task: WorkerTask): void {
    const { ticket } = task;
    const tickets = this.#tickets;
    this.#tickets = ticket;
    this.push(task);
    this.#tickets = tickets;
  }

  #sink(from: number, task: WorkerTask): void {
    const heap = this.#heap;
    const { length } = heap;
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= length) break;
      let child = heap[childAt] as WorkerTask;
      const right = heap[childAt + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childAt += 1;
      }
      if (!isBefore(child, task)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = task;
  }
}

function isBefore(left: WorkerTask, right: WorkerTask): boolean {
  const a = left.compute.priority;
  const b = right.compute.priority;
  return a < b || (a === b && left.ticket < right.ticket);
}
