/**
 * All tasks, as columns over slots: about 130 bytes a task where an object with sets takes a thousand.
 *
 * A slot is reused after its task is forgotten; a task's number (its TaskId) never is. What few tasks have (an error,
 * several holders, several clients) is in a side table, {@link Cold}, behind a flag.
 */
import type { AttemptId, ClientId, ClientTaskId, ErrorReport, TaskId, WorkerId } from '@covey/protocol/internal';
import { nextCapacity, resized } from './columns.js';
import { IdIndex } from './id-index.js';
import { State } from './states.js';

/** One bit each in the `flags` column. */
export const Flag = {
  /** The task's first wish (columns `client`, `clientTask`) is for its result. */
  wanted: 1 << 0,
  /** Another wish, in the side table, is for its result. */
  wantedToo: 1 << 1,
  /** A holder that is no client keeps it (`Cold.keepers`). */
  kept: 1 << 2,
  /** Kept until it has ended (fire and forget). */
  untilEnded: 1 << 3,
  /** Unwanted and nothing depends on it yet: its definition waits for the first dependent. */
  provisional: 1 << 4,
  /** There is an entry in the side table. */
  cold: 1 << 5,
  /** Data given by a client: it can't be computed. */
  scattered: 1 << 6,
  /** Its result can't leave the thread that made it. */
  pinned: 1 << 7,
  /** The attempt was handed to a thread. */
  started: 1 << 8,
  /** The attempt waits for a future of its own and has given its thread away. */
  suspended: 1 << 9,
  /** The worker was told to stop the attempt. */
  stopping: 1 << 10,
  /** It runs alone, because workers died while it ran. */
  suspect: 1 << 11,
  /** Ready, and only the worker in whose queue it is may run it. */
  bound: 1 << 12,
  /** More copies than the one in `holder` (`Cold.holders`). */
  copied: 1 << 13,
  /** The worker was asked to give the attempt back if it hasn't begun to run. */
  recalled: 1 << 14,
  /** The attempt was sent behind the one that makes its last input, and isn't counted in its worker's window yet. */
  pipelined: 1 << 15,
} as const;

/** The flags by any of which somebody wants the result. */
const HELD_FLAGS = Flag.wanted | Flag.wantedToo | Flag.kept | Flag.untilEnded;

/** One client's interest in a task. */
export interface Wish {
  readonly client: ClientId;
  readonly id: ClientTaskId;
  wanted: boolean;
}

/** What few tasks have. */
export interface Cold {
  error?: ErrorReport;
  /** What it computes, as its submitter numbers that: see `TaskRun.definitions`. */
  definition?: number;
  retriesUsed?: number;
  /** Deaths of workers that it is suspected of. */
  suspicion?: number;
  /** How often its thread had to end because of another task in it. */
  threadsLost?: number;
  /** The thread that a pinned result lives in, and why it can't leave. */
  thread?: number;
  whyPinned?: string;
  /** Wishes beyond the first. */
  wishes?: Wish[];
  /** Holders beyond the first. */
  holders?: WorkerId[];
  /** Holders that are no clients, by name. */
  keepers?: Set<string>;
  /** As which keeper its result holds the tasks of the futures in it; the running attempt, before there is a result. */
  resultHolds?: string;
  attemptHolds?: string;
  /** As which keeper the running attempt holds the tasks of arguments that are lost, which it may have all the same. */
  argumentHolds?: string;
  /** Of a result that was lost: attempts that may have it all the same. */
  readers?: readonly AttemptId[];
  /** Workers to which scattered data is being uploaded; absent while there is none that takes it. */
  uploads?: WorkerId[];
  /** Who scattered it, until it has arrived: they can bring it. */
  sources?: { readonly client: ClientId; readonly id: ClientTaskId }[];
  /** When it became ready with no worker for it. */
  noWorkerSince?: number;
}

/** Numbers below this fit under a priority in one exact double. */
export const SERIALS = 2 ** 37;

/** `place` of tasks in the queue that every worker takes from. */
export const SHARED_QUEUE = 0;
/** `place` of tasks that are in no queue and on no worker. */
export const NOWHERE = -0x80000000;

const SMALLEST = 1024;
/** A table larger than this is made small again when it is empty. */
const LARGE = 65_536;

export class TaskTable {
  capacity = SMALLEST;
  /** Slots below this were used at least once. */
  used = 0;
  /** How many tasks are in each state. */
  readonly counts = new Float64Array(8);

  state = new Uint8Array(this.capacity).fill(State.forgotten);
  flags = new Uint16Array(this.capacity);
  /** −priority × 2³⁷ + number: smaller runs first. */
  order = new Float64Array(this.capacity);
  /** Index of the function; -1 for scattered data. */
  fn = new Int32Array(this.capacity);
  options = new Int32Array(this.capacity);
  argsChunk = new Int32Array(this.capacity);
  argsStart = new Int32Array(this.capacity);
  argsEnd = new Int32Array(this.capacity);

  firstEdge = new Int32Array(this.capacity);
  edgeCount = new Int32Array(this.capacity);
  /** Head of the list of edges from dependents, or -1. */
  firstDependent = new Int32Array(this.capacity);
  /** While waiting: dependencies (edges) that have no result. */
  waiting = new Int32Array(this.capacity);
  /** Edges from dependents that are waiting, queued, no-worker or processing: they need the result. */
  needed = new Int32Array(this.capacity);

  /** Ready: 0 the shared queue, a worker's id its queue, below 0 a restriction class's. Processing: the worker's id. */
  place = new Int32Array(this.capacity);
  attempt = new Float64Array(this.capacity);
  /** Milliseconds that the task adds to its worker's load or queue. */
  charge = new Float32Array(this.capacity);

  /** The worker that holds the result, 0 for none. */
  holder = new Int32Array(this.capacity);
  nbytes = new Float64Array(this.capacity);
  type = new Int32Array(this.capacity);
  /** Where the result cache has it, or -1. */
  cached = new Int32Array(this.capacity);

  /** The first wish: 0 for none. */
  client = new Int32Array(this.capacity);
  clientTask = new Float64Array(this.capacity);

  readonly cold = new Map<number, Cold>();
  /** Slots by TaskId. */
  readonly byId = new IdIndex();
  #nextId = 1;

  #freeHead = -1;

  /** Called with the new capacity whenever the table grows or shrinks, for columns that others own. */
  onGrow: (capacity: number) => void = () => undefined;

  /** A slot for a new task, in state `released`, with everything empty. `orderBase` is its priority's part of the order. */
  allocate(orderBase: number): number {
    let slot = this.#freeHead;
    if (slot !== -1) this.#freeHead = this.firstEdge[slot]!;
    else {
      slot = this.used++;
      if (slot === this.capacity) this.#grow();
    }
    const id = this.#nextId++;
    this.byId.set(id, slot);
    this.state[slot] = State.released;
    this.counts[State.released]!++;
    this.flags[slot] = 0;
    this.order[slot] = orderBase + id;
    this.fn[slot] = -1;
    this.options[slot] = -1;
    this.argsChunk[slot] = -1;
    this.firstEdge[slot] = -1;
    this.edgeCount[slot] = 0;
    this.firstDependent[slot] = -1;
    this.waiting[slot] = 0;
    this.needed[slot] = 0;
    this.place[slot] = NOWHERE;
    this.attempt[slot] = 0;
    this.charge[slot] = 0;
    this.holder[slot] = 0;
    this.nbytes[slot] = 0;
    this.type[slot] = 0;
    this.cached[slot] = -1;
    this.client[slot] = 0;
    this.clientTask[slot] = 0;
    return slot;
  }

  /** Gives a slot back; the task's id means nothing from here on. */
  free(slot: number): void {
    this.byId.delete(this.taskId(slot));
    if ((this.flags[slot]! & Flag.cold) !== 0) this.cold.delete(slot);
    this.flags[slot] = 0;
    this.counts[this.state[slot]!]!--;
    this.state[slot] = State.forgotten;
    this.order[slot] = NaN;
    this.firstEdge[slot] = this.#freeHead;
    this.#freeHead = slot;
  }

  /** The number of tasks. */
  get size(): number {
    return this.byId.size;
  }

  /** The slot of a TaskId, or -1. */
  find(taskId: TaskId): number {
    return this.byId.get(taskId);
  }

  taskId(slot: number): TaskId {
    const order = this.order[slot]!;
    return (order - Math.floor(order / SERIALS) * SERIALS) as TaskId;
  }

  has(slot: number, flag: number): boolean {
    return (this.flags[slot]! & flag) !== 0;
  }

  set(slot: number, flag: number): void {
    this.flags[slot]! |= flag;
  }

  clear(slot: number, flag: number): void {
    this.flags[slot]! &= ~flag;
  }

  /** Somebody holds the result: a client, a dataset, fire-and-forget. */
  isHeld(slot: number): boolean {
    return (this.flags[slot]! & HELD_FLAGS) !== 0;
  }

  /** The result must be there, or be made. */
  isNeeded(slot: number): boolean {
    return this.needed[slot]! > 0 || (this.flags[slot]! & HELD_FLAGS) !== 0;
  }

  /** The definition must stay: for somebody who holds the task, or as lineage of a dependent. */
  isKept(slot: number): boolean {
    return this.firstDependent[slot] !== -1 || (this.flags[slot]! & (HELD_FLAGS | Flag.provisional)) !== 0;
  }

  /** The side entry of a task, made if it has none. */
  coldOf(slot: number): Cold {
    let cold = this.cold.get(slot);
    if (cold === undefined) {
      cold = {};
      this.cold.set(slot, cold);
      this.set(slot, Flag.cold);
    }
    return cold;
  }

  /** The side entry of a task if it has one. */
  coldIfAny(slot: number): Cold | undefined {
    return (this.flags[slot]! & Flag.cold) === 0 ? undefined : this.cold.get(slot);
  }

  /** Gives the memory of a crowd back once all of it is gone. To be called when no slot is referred to. */
  shrink(): void {
    if (this.size > 0 || this.capacity <= LARGE) return;
    this.used = 0;
    this.#freeHead = -1;
    this.#resize(SMALLEST);
  }

  #grow(): void {
    this.#resize(nextCapacity(this.capacity));
  }

  #resize(capacity: number): void {
    this.state = resized(this.state, capacity, State.forgotten);
    this.flags = resized(this.flags, capacity);
    this.order = resized(this.order, capacity);
    this.fn = resized(this.fn, capacity);
    this.options = resized(this.options, capacity);
    this.argsChunk = resized(this.argsChunk, capacity);
    this.argsStart = resized(this.argsStart, capacity);
    this.argsEnd = resized(this.argsEnd, capacity);
    this.firstEdge = resized(this.firstEdge, capacity);
    this.edgeCount = resized(this.edgeCount, capacity);
    this.firstDependent = resized(this.firstDependent, capacity);
    this.waiting = resized(this.waiting, capacity);
    this.needed = resized(this.needed, capacity);
    this.place = resized(this.place, capacity);
    this.attempt = resized(this.attempt, capacity);
    this.charge = resized(this.charge, capacity);
    this.holder = resized(this.holder, capacity);
    this.nbytes = resized(this.nbytes, capacity);
    this.type = resized(this.type, capacity);
    this.cached = resized(this.cached, capacity);
    this.client = resized(this.client, capacity);
    this.clientTask = resized(this.clientTask, capacity);
    this.capacity = capacity;
    this.onGrow(capacity);
  }
}
