/**
 * Dependencies: one edge for each pair of task and dependency, in columns.
 *
 * The edges of a task lie side by side, in the order in which its function and arguments refer to them; the dependents
 * of a task are a doubly linked list through their edges, so that a forgotten dependent leaves in constant time.
 */
import { nextCapacity, resized } from './columns.js';

const EXACT_SIZES = 16;
const SMALLEST = 64;
/** More edges than this are made few again when none is left. */
const LARGE = 65_536;

export class EdgePool {
  /** The dependency. */
  to = new Int32Array(SMALLEST);
  /** The dependent. */
  from = new Int32Array(SMALLEST);
  /** The next edge to the same dependency, or -1. */
  next = new Int32Array(SMALLEST);
  #previous = new Int32Array(SMALLEST);
  #used = 0;
  #live = 0;
  /** Free blocks by size class: the first edge of each, linked through `next`. */
  readonly #free: number[] = [];

  /** How many edges there are. */
  get size(): number {
    return this.#live;
  }

  /** Room for `count` edges side by side; -1 for none. */
  allocate(count: number): number {
    if (count === 0) return -1;
    this.#live += count;
    const sizeClass = sizeClassOf(count);
    const free = this.#free[sizeClass] ?? -1;
    if (free !== -1) {
      this.#free[sizeClass] = this.next[free]!;
      return free;
    }
    const first = this.#used;
    this.#used += sizeOfClass(sizeClass);
    if (this.#used > this.to.length) this.#grow();
    return first;
  }

  /** Gives back what `allocate(count)` gave. */
  free(first: number, count: number): void {
    if (count === 0) return;
    this.#live -= count;
    const sizeClass = sizeClassOf(count);
    this.next[first] = this.#free[sizeClass] ?? -1;
    this.#free[sizeClass] = first;
  }

  /** Puts an edge in front of a dependency's list, whose head was `head`; the edge is the new head. */
  link(edge: number, from: number, to: number, head: number): void {
    this.from[edge] = from;
    this.to[edge] = to;
    this.next[edge] = head;
    this.#previous[edge] = -1;
    if (head !== -1) this.#previous[head] = edge;
  }

  /** Takes an edge out of its dependency's list; answers the list's new head, given the old one. */
  unlink(edge: number, head: number): number {
    const next = this.next[edge]!;
    const previous = this.#previous[edge]!;
    if (next !== -1) this.#previous[next] = previous;
    if (previous === -1) return next;
    this.next[previous] = next;
    return head;
  }

  /** Gives the memory of many edges back once all of them are gone. */
  shrink(): void {
    if (this.#live > 0 || this.to.length <= LARGE) return;
    this.#used = 0;
    this.#free.length = 0;
    this.#resize(SMALLEST);
  }

  #grow(): void {
    this.#resize(nextCapacity(this.to.length, this.#used));
  }

  #resize(capacity: number): void {
    this.to = resized(this.to, capacity);
    this.from = resized(this.from, capacity);
    this.next = resized(this.next, capacity);
    this.#previous = resized(this.#previous, capacity);
  }
}

/** Exact sizes up to 16, then powers of two. */
function sizeClassOf(count: number): number {
  return count <= EXACT_SIZES ? count : EXACT_SIZES + (32 - Math.clz32(count - 1)) - 4;
}

function sizeOfClass(sizeClass: number): number {
  return sizeClass <= EXACT_SIZES ? sizeClass : 1 << (sizeClass - EXACT_SIZES + 4);
}
