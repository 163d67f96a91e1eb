/**
 * Small results at hand, so that dependents on other workers get them inside their message: bounded in bytes, oldest out
 * first.
 *
 * Bytes are appended to blocks that are never written twice, so views of them stay right for as long as somebody holds
 * one; eviction forgets a whole block.
 */
import type { TaskTable } from './task-table.js';

/** Counted for each entry beside its bytes: its number and length, and its share of the bookkeeping. */
const ENTRY_BYTES = 8;

interface Block {
  /** Where its entries' positions begin: a multiple of the entries a block has. */
  readonly base: number;
  readonly bytes: Uint8Array;
  /** Slot and end of each entry, in the order of addition. */
  readonly slots: Int32Array;
  readonly ends: Int32Array;
  count: number;
  length: number;
  live: number;
}

export class ResultCache {
  readonly #tasks: TaskTable;
  readonly #blockBytes: number;
  readonly #entries: number;
  readonly #maxBlocks: number;
  /** The blocks by their base, oldest first. */
  readonly #blocks = new Map<number, Block>();
  #nextBase = 0;
  readonly #largestBase: number;
  #open: Block | undefined;

  constructor(tasks: TaskTable, limitBytes: number) {
    this.#tasks = tasks;
    this.#blockBytes = Math.max(2048, Math.min(64 * 1024, limitBytes >> 3));
    this.#entries = this.#blockBytes >> 4;
    this.#maxBlocks = Math.floor(limitBytes / (this.#blockBytes + this.#entries * ENTRY_BYTES));
    this.#largestBase = (Math.floor(0x7fffffff / this.#entries) - 1) * this.#entries;
  }

  /** Bytes taken, overhead included. */
  get nbytes(): number {
    return this.#blocks.size * (this.#blockBytes + this.#entries * ENTRY_BYTES);
  }

  /** Keeps a copy of a task's result. */
  add(slot: number, bytes: Uint8Array): void {
    if (this.#maxBlocks === 0 || bytes.length > this.#blockBytes || this.#tasks.cached[slot] !== -1) return;
    let block = this.#open;
    if (block === undefined || block.count === this.#entries || block.length + bytes.length > this.#blockBytes) {
      block = this.#openNext();
    }
    block.bytes.set(bytes, block.length);
    block.length += bytes.length;
    block.slots[block.count] = slot;
    block.ends[block.count] = block.length;
    this.#tasks.cached[slot] = block.base + block.count;
    block.count++;
    block.live++;
  }

  /** A task's result if it is at hand. */
  get(slot: number): Uint8Array | null {
    const position = this.#tasks.cached[slot]!;
    if (position === -1) return null;
    const block = this.#blockAt(position);
    const entry = position - block.base;
    const start = entry === 0 ? 0 : block.ends[entry - 1]!;
    return new Uint8Array(block.bytes.buffer, start, block.ends[entry]! - start);
  }

  /** Forgets a task's result. */
  drop(slot: number): void {
    const position = this.#tasks.cached[slot]!;
    if (position === -1) return;
    this.#tasks.cached[slot] = -1;
    const block = this.#blockAt(position);
    block.slots[position - block.base] = -1;
    if (--block.live === 0 && block !== this.#open) this.#blocks.delete(block.base);
  }

  #blockAt(position: number): Block {
    const open = this.#open!;
    if (position >= open.base && position < open.base + this.#entries) return open;
    return this.#blocks.get(position - (position % this.#entries))!;
  }

  #openNext(): Block {
    if (this.#open !== undefined && this.#open.live === 0) this.#blocks.delete(this.#open.base);
    if (this.#blocks.size >= this.#maxBlocks) this.#evictOldest();
    const base = this.#nextBase;
    // Positions begin again long before they meet: living blocks span no more than the limit allows.
    this.#nextBase = base >= this.#largestBase ? 0 : base + this.#entries;
    const block: Block = {
      base,
      bytes: new Uint8Array(this.#blockBytes),
      slots: new Int32Array(this.#entries),
      ends: new Int32Array(this.#entries),
      count: 0,
      length: 0,
      live: 0,
    };
    this.#blocks.set(base, block);
    this.#open = block;
    return block;
  }

  #evictOldest(): void {
    const block = this.#blocks.values().next().value!;
    for (let i = 0; i < block.count; i++) if (block.slots[i] !== -1) this.#tasks.cached[block.slots[i]!] = -1;
    this.#blocks.delete(block.base);
  }
}
