/**
 * What this client knows of each task that it holds, by id: state, result, how many handles there are.
 *
 * Millions of tasks pass through, so there is no object per task: columns in pages of 1,024 ids, and a page is dropped when
 * none of its tasks is held any more. A task that is finished with a number costs 15 bytes here, plus its handle.
 * The table knows no handles (only counts them), so that handles can be collected.
 */

export const State = {
  /** Unknown or no longer held. */
  free: 0,
  pending: 1,
  finished: 2,
  erred: 3,
  cancelled: 4,
  lost: 5,
} as const;
export type State = (typeof State)[keyof typeof State];

/** Told when a task that it waits for is no longer pending. One waiter may wait for many tasks. */
export interface Waiter {
  settled(id: number): void;
}

const PAGE_BITS = 10;
const PAGE_SIZE = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_SIZE - 1;
const STATE_MASK = 0x07;
const PRIMARY_RELEASED = 0x80;

class Page {
  readonly flags = new Uint8Array(PAGE_SIZE);
  readonly handles = new Int32Array(PAGE_SIZE);
  readonly types = new Uint16Array(PAGE_SIZE);
  /** Of a pending task its waiter or waiters; of a finished one its result; otherwise why there is none. */
  readonly values: unknown[] = new Array<unknown>(PAGE_SIZE).fill(undefined);
  keys: (string | undefined)[] | undefined;
  live = 0;
}

export class TaskTable {
  readonly #pages: (Page | undefined)[] = [];
  readonly #typeNames: string[] = [''];
  readonly #typeNumbers = new Map<string, number>([['', 0]]);
  #next = 1;
  #live = 0;

  /** Tasks held. */
  get size(): number {
    return this.#live;
  }

  /** Takes `count` consecutive ids for pending tasks with one (primary) handle each; answers the first. */
  allocate(count: number): number {
    const first = this.#next;
    this.#next = first + count;
    this.#live += count;
    let id = first;
    while (id < first + count) {
      if ((id & PAGE_MASK) === 0) this.#dropIfEmpty((id >>> PAGE_BITS) - 1);
      const page = (this.#pages[id >>> PAGE_BITS] ??= new Page());
      const start = id & PAGE_MASK;
      const end = Math.min(PAGE_SIZE, start + first + count - id);
      page.flags.fill(State.pending, start, end);
      page.handles.fill(1, start, end);
      page.live += end - start;
      id += end - start;
    }
    return first;
  }

  /** Gives ids away of which nothing is kept here: of tasks that nobody holds. Answers the first. */
  skip(count: number): number {
    const first = this.#next;
    this.#next = first + count;
    if (first >>> PAGE_BITS !== this.#next >>> PAGE_BITS) this.#dropIfEmpty(first >>> PAGE_BITS);
    return first;
  }

  /** Begins to keep a task under an id that {@link skip} gave away: pending, with a first handle. */
  keepSkipped(id: number): void {
    const page = (this.#pages[id >>> PAGE_BITS] ??= new Page());
    page.flags[id & PAGE_MASK] = State.pending;
    page.handles[id & PAGE_MASK] = 1;
    page.live += 1;
    this.#live += 1;
  }

  state(id: number): State {
    const page = this.#pages[id >>> PAGE_BITS];
    return page === undefined ? State.free : (((page.flags[id & PAGE_MASK] as number) & STATE_MASK) as State);
  }

  /** The result of a finished task, or why another has none. */
  value(id: number): unknown {
    return this.#pages[id >>> PAGE_BITS]?.values[id & PAGE_MASK];
  }

  typeName(id: number): string {
    return this.#typeNames[this.#pages[id >>> PAGE_BITS]?.types[id & PAGE_MASK] ?? 0] as string;
  }

  key(id: number): string | undefined {
    return this.#pages[id >>> PAGE_BITS]?.keys?.[id & PAGE_MASK];
  }

  setKey(id: number, key: string): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) return;
    page.keys ??= new Array<string | undefined>(PAGE_SIZE).fill(undefined);
    page.keys[id & PAGE_MASK] = key;
  }

  /** A result arrived. */
  finish(id: number, type: string, value: unknown): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) return;
    const at = id & PAGE_MASK;
    const flags = page.flags[at] as number;
    if (isOver(flags & STATE_MASK)) return;
    page.flags[at] = (flags & ~STATE_MASK) | State.finished;
    page.types[at] = this.#typeNumber(type);
    const waiting = (flags & STATE_MASK) === State.pending ? page.values[at] : undefined;
    page.values[at] = value;
    if (waiting !== undefined) tell(waiting as Waiter | Waiter[], id);
  }

  /** The task has no result: `value` says why. */
  fail(id: number, state: State, value: unknown): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) return;
    const at = id & PAGE_MASK;
    const flags = page.flags[at] as number;
    if (isOver(flags & STATE_MASK)) return;
    page.flags[at] = (flags & ~STATE_MASK) | state;
    const waiting = (flags & STATE_MASK) === State.pending ? page.values[at] : undefined;
    page.values[at] = value;
    if (waiting !== undefined) tell(waiting as Waiter | Waiter[], id);
  }

  /** The task is computed (again). */
  restart(id: number): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) return;
    const at = id & PAGE_MASK;
    const flags = page.flags[at] as number;
    if (isOver(flags & STATE_MASK) || (flags & STATE_MASK) === State.pending) return;
    page.flags[at] = (flags & ~STATE_MASK) | State.pending;
    page.values[at] = undefined;
  }

  /** Puts another value in the place of a settled task's (a decoded error in that of its report). */
  replace(id: number, value: unknown): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page !== undefined) page.values[id & PAGE_MASK] = value;
  }

  /**
   * Has `waiter` told when the pending task settles. Answers false when it already waits for this task, so that whoever
   * counts counts each task once.
   */
  wait(id: number, waiter: Waiter): boolean {
    const page = this.#pages[id >>> PAGE_BITS] as Page;
    const at = id & PAGE_MASK;
    const present = page.values[at] as Waiter | Waiter[] | undefined;
    if (present === undefined) {
      page.values[at] = waiter;
    } else if (Array.isArray(present)) {
      if (present.includes(waiter)) return false;
      present.push(waiter);
    } else {
      if (present === waiter) return false;
      page.values[at] = [present, waiter];
    }
    return true;
  }

  /** The waiter is no longer interested. */
  stopWaiting(id: number, waiter: Waiter): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) return;
    const at = id & PAGE_MASK;
    if (((page.flags[at] as number) & STATE_MASK) !== State.pending) return;
    const present = page.values[at] as Waiter | Waiter[] | undefined;
    if (present === waiter) page.values[at] = undefined;
    else if (Array.isArray(present)) {
      const rest = present.filter((each) => each !== waiter);
      page.values[at] = rest.length === 1 ? rest[0] : rest;
    }
  }

  /** One more handle. */
  retain(id: number): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page !== undefined) page.handles[id & PAGE_MASK]! += 1;
  }

  /**
   * The task's first handle is gone: said once by `release()`, or by the collector. A second time is ignored.
   * Answers true when it was the last handle; the id is free then.
   */
  releasePrimary(id: number): boolean {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) return false;
    const at = id & PAGE_MASK;
    if (((page.flags[at] as number) & PRIMARY_RELEASED) !== 0) return false;
    page.flags[at]! |= PRIMARY_RELEASED;
    return this.releaseOther(id);
  }

  /** A later handle is gone; who calls makes sure that it is said once a handle. */
  releaseOther(id: number): boolean {
    const number = id >>> PAGE_BITS;
    const page = this.#pages[number];
    if (page === undefined) return false;
    const at = id & PAGE_MASK;
    if (((page.flags[at] as number) & STATE_MASK) === State.free) return false;
    if ((page.handles[at]! -= 1) > 0) return false;
    const waiting = ((page.flags[at] as number) & STATE_MASK) === State.pending ? page.values[at] : undefined;
    page.flags[at] = State.free | PRIMARY_RELEASED;
    page.values[at] = undefined;
    if (page.keys !== undefined) page.keys[at] = undefined;
    this.#live -= 1;
    // The page that ids are still taken from stays until they are taken from the next one.
    if (--page.live === 0 && number !== this.#next >>> PAGE_BITS) this.#pages[number] = undefined;
    if (waiting !== undefined) tell(waiting as Waiter | Waiter[], id);
    return true;
  }

  /** Calls back with every id that is held and in `state`. */
  forEach(state: State, visit: (id: number) => void): void {
    for (let number = 0; number < this.#pages.length; number++) {
      const page = this.#pages[number];
      if (page === undefined) continue;
      for (let at = 0; at < PAGE_SIZE; at++) {
        if (((page.flags[at] as number) & STATE_MASK) === state) visit((number << PAGE_BITS) | at);
      }
    }
  }

  #dropIfEmpty(number: number): void {
    if (this.#pages[number]?.live === 0) this.#pages[number] = undefined;
  }

  #typeNumber(type: string): number {
    let number = this.#typeNumbers.get(type);
    if (number === undefined) {
      // Type names come from user code: past the column's range they are all shown as 'object'.
      if (this.#typeNames.length > 0xfff0) return this.#typeNumber('object');
      number = this.#typeNames.push(type) - 1;
      this.#typeNumbers.set(type, number);
    }
    return number;
  }
}

/** Nothing that is heard of a task changes it any more: news that crossed a cancellation comes late. */
function isOver(state: number): boolean {
  return state === State.free || state === State.cancelled || state === State.lost;
}

function tell(waiting: Waiter | Waiter[], id: number): void {
  if (!Array.isArray(waiting)) waiting.settled(id);
  else for (const waiter of waiting) waiter.settled(id);
}
