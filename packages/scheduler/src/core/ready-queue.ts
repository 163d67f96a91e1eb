/**
 * Ready tasks in order: a queue for those that come in order already (a map's), and a heap for the others.
 *
 * Tasks of a map become ready in their order, so most pushes and pops cost one step; only what becomes ready out of
 * order (dependents) pays for a heap. A task that leaves by another way than `pop` stays behind as a stale entry, which is
 * recognised by its order (unique to a task) and its place, and skipped.
 */
import { resized } from './columns.js';
import { State } from './states.js';
import type { TaskTable } from './task-table.js';

const SMALLEST = 16;

export class ReadyQueue {
  /** How many tasks are in it. */
  live = 0;

  readonly #tasks: TaskTable;
  readonly #place: number;

  #runOrders = new Float64Array(SMALLEST);
  #runSlots = new Int32Array(SMALLEST);
  #runHead = 0;
  #runLength = 0;
  #runLast = -Infinity;

  #heapOrders = new Float64Array(SMALLEST);
  #heapSlots = new Int32Array(SMALLEST);
  #heapLength = 0;

  /** `place` is what the task table's `place` says of tasks in this queue. */
  constructor(tasks: TaskTable, place: number) {
    this.#tasks = tasks;
    this.#place = place;
  }

  /** Adds a task whose state and place are already set. */
  push(slot: number): void {
    const order = this.#tasks.order[slot]!;
    this.live++;
    if (order > this.#runLast || this.#runLength === 0) this.#pushRun(order, slot);
    else this.#pushHeap(order, slot);
  }

  /** The first task, or -1. */
  peek(): number {
    if (this.live === 0) {
      this.#reset();
      return -1;
    }
    while (this.#runLength > 0 && this.#isStale(this.#runSlots[this.#runHead]!, this.#runOrders[this.#runHead]!)) {
      this.#popRun();
    }
    while (this.#heapLength > 0 && this.#isStale(this.#heapSlots[0]!, this.#heapOrders[0]!)) this.#popHeap();
    if (this.#heapLength === 0) return this.#runSlots[this.#runHead]!;
    if (this.#runLength === 0) return this.#heapSlots[0]!;
    return this.#runOrders[this.#runHead]! < this.#heapOrders[0]!
      ? this.#runSlots[this.#runHead]!
      : this.#heapSlots[0]!;
  }

  /**
   * Says that a task of this queue has left it, or is about to: the caller changes its state or place in the same
   * breath. Its entry becomes stale.
   */
  left(): void {
    this.live--;
    if (this.#runLength + this.#heapLength > 2 * this.live + 4096) this.#compact();
  }

  /** Every task, in no particular order. */
  forEach(visit: (slot: number) => void): void {
    const slots: number[] = [];
    const seen = new Set<number>();
    const note = (slot: number, order: number): void => {
      if (this.#isStale(slot, order) || seen.has(slot)) return;
      seen.add(slot);
      slots.push(slot);
    };
    const mask = this.#runSlots.length - 1;
    for (let i = 0; i < this.#runLength; i++) {
      const at = (this.#runHead + i) & mask;
      note(this.#runSlots[at]!, this.#runOrders[at]!);
    }
    for (let i = 0; i < this.#heapLength; i++) note(this.#heapSlots[i]!, this.#heapOrders[i]!);
    slots.forEach(visit);
  }

  #isStale(slot: number, order: number): boolean {
    const tasks = this.#tasks;
    if (tasks.order[slot] !== order || tasks.place[slot] !== this.#place) return true;
    const state = tasks.state[slot];
    return state !== State.queued && state !== State.noWorker;
  }

  #reset(): void {
    if (this.#runLength + this.#heapLength === 0 && this.#runSlots.length + this.#heapSlots.length <= 4096) return;
    this.#runLength = 0;
    this.#heapLength = 0;
    if (this.#runSlots.length > 2048) {
      this.#runOrders = new Float64Array(SMALLEST);
      this.#runSlots = new Int32Array(SMALLEST);
      this.#runHead = 0;
    }
    if (this.#heapSlots.length > 2048) {
      this.#heapOrders = new Float64Array(SMALLEST);
      this.#heapSlots = new Int32Array(SMALLEST);
    }
  }

  #compact(): void {
    const slots: number[] = [];
    this.forEach((slot) => slots.push(slot));
    slots.sort((a, b) => this.#tasks.order[a]! - this.#tasks.order[b]!);
    this.#runLength = 0;
    this.#heapLength = 0;
    for (const slot of slots) this.#pushRun(this.#tasks.order[slot]!, slot);
  }

  #pushRun(order: number, slot: number): void {
    if (this.#runLength === this.#runSlots.length) this.#growRun();
    const at = (this.#runHead + this.#runLength++) & (this.#runSlots.length - 1);
    this.#runOrders[at] = order;
    this.#runSlots[at] = slot;
    this.#runLast = order;
  }

  #popRun(): void {
    this.#runHead = (this.#runHead + 1) & (this.#runSlots.length - 1);
    this.#runLength--;
  }

  #growRun(): void {
    const size = this.#runSlots.length;
    const orders = new Float64Array(size * 2);
    const slots = new Int32Array(size * 2);
    for (let i = 0; i < size; i++) {
      const at = (this.#runHead + i) & (size - 1);
      orders[i] = this.#runOrders[at]!;
      slots[i] = this.#runSlots[at]!;
    }
    this.#runOrders = orders;
    this.#runSlots = slots;
    this.#runHead = 0;
  }

  #pushHeap(order: number, slot: number): void {
    if (this.#heapLength === this.#heapSlots.length) {
      this.#heapOrders = resized(this.#heapOrders, this.#heapLength * 2);
      this.#heapSlots = resized(this.#heapSlots, this.#heapLength * 2);
    }
    const orders = this.#heapOrders;
    const slots = this.#heapSlots;
    let at = this.#heapLength++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (orders[parent]! <= order) break;
      orders[at] = orders[parent]!;
      slots[at] = slots[parent]!;
      at = parent;
    }
    orders[at] = order;
    slots[at] = slot;
  }

  /** Takes the root of the heap, whose nodes have four children each. */
  #popHeap(): void {
    const length = --this.#heapLength;
    if (length === 0) return;
    const orders = this.#heapOrders;
    const slots = this.#heapSlots;
    const order = orders[length]!;
    const slot = slots[length]!;
    let at = 0;
    for (;;) {
      const first = at * 4 + 1;
      if (first >= length) break;
      let least = first;
      const end = Math.min(first + 4, length);
      for (let child = first + 1; child < end; child++) if (orders[child]! < orders[least]!) least = child;
      if (orders[least]! >= order) break;
      orders[at] = orders[least]!;
      slots[at] = slots[least]!;
      at = least;
    }
    orders[at] = order;
    slots[at] = slot;
  }
}
