/**
 * The workers, and which of them can take work: those with a free thread, and those whose window has room.
 *
 * Both sets are kept up to date with every change of a worker's load, so that nobody looks through a thousand workers
 * to place a task.
 */
import type { FunctionId, TaskId, WorkerHeartbeat, WorkerHello, WorkerId } from '@covey/protocol/internal';
import type { ResolvedConfig } from './config.js';
import { PackedSet } from './packed-set.js';
import { ReadyQueue } from './ready-queue.js';
import type { TaskTable } from './task-table.js';

/** One incarnation of a worker. */
export class Worker {
  readonly id: WorkerId;
  readonly hello: WorkerHello;
  readonly name: string;
  readonly address: string;
  readonly host: string;
  readonly nthreads: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly resourcesFree: Map<string, number>;

  paused = false;
  retiring = false;
  /** `retired` was said. */
  isRetired = false;
  /** Kept free for a suspect, or running it. */
  reserved = false;

  /** Attempts sent to it that have not ended; `suspended` of them have given their thread away, `pipelined` can't run yet. */
  processing = 0;
  suspended = 0;
  pipelined = 0;
  /** Estimated milliseconds of the attempts that occupy threads or wait for them, and of those that can't run yet. */
  load = 0;
  pipelinedMs = 0;
  /** Attempts whose dependents may be sent behind them, to be looked at when the batch ends. */
  readonly leads: number[] = [];
  /** Ready tasks that are best placed here, on the scheduler. */
  readonly queue: ReadyQueue;
  /** Estimated milliseconds of those. */
  queuedMs = 0;

  /** When an attempt last began or ended here. */
  progressMs: number;
  /** How long nothing had, when that was last found to be too long; 0 once something does. */
  stallMs = 0;

  held = 0;
  heldBytes = 0;
  actors = 0;
  completed = 0;
  bandwidth: number;
  lastSeenMs: number;
  figures: WorkerHeartbeat | undefined;

  readonly functions = new Set<FunctionId>();
  /** The peers it was told of. */
  readonly peers = new Set<WorkerId>();
  /** Results that it may drop, to be told at the end of the batch. */
  pendingFree: TaskId[] = [];
  /** What they occupy together. */
  pendingFreeBytes = 0;

  /** In the list of workers to be looked at when the batch ends. */
  dirty = false;
  /** Its window has room. */
  isOpen = false;
  /** Threads without an attempt, as far as counted in `idleThreads`. */
  countedIdle = 0;

  /** Scratch of placement: bytes of the task's dependencies that are here, valid for the choice that `mark` names. */
  bytesHere = 0;
  mark = 0;

  constructor(id: WorkerId, hello: WorkerHello, tasks: TaskTable, config: ResolvedConfig, now: number) {
    this.id = id;
    this.hello = hello;
    this.name = hello.name;
    this.address = hello.address;
    this.host = hello.host;
    this.nthreads = Math.max(1, hello.nthreads);
    this.resources = hello.resources;
    this.resourcesFree = new Map(Object.entries(hello.resources));
    this.queue = new ReadyQueue(tasks, id);
    this.bandwidth = config.bandwidth;
    this.lastSeenMs = now;
    this.progressMs = now;
  }

  /** Attempts that occupy threads or wait for them. */
  get active(): number {
    return this.processing - this.suspended - this.pipelined;
  }

  /** It takes new work in general, if not at the moment. */
  get isRunning(): boolean {
    return !this.paused && !this.retiring;
  }

  get status(): 'running' | 'paused' | 'retiring' {
    return this.retiring ? 'retiring' : this.paused ? 'paused' : 'running';
  }

  /** Estimated milliseconds until a task that comes now would start. */
  get waitMs(): number {
    return (this.load + this.queuedMs) / this.nthreads + this.stallMs;
  }
}

export class WorkerTable {
  readonly #byId = new Map<WorkerId, Worker>();
  readonly #config: ResolvedConfig;
  #nextId = 1;

  /** Workers with room in their window. */
  readonly open = new PackedSet<Worker>();
  /** Those of them that have a thread free. */
  readonly idle = new PackedSet<Worker>();
  /** Free threads of the idle ones. */
  idleThreads = 0;
  /** Threads of the open ones. */
  openThreads = 0;
  /** Threads of all. */
  threads = 0;
  /** Workers to look at when the batch ends. */
  readonly dirty: Worker[] = [];
  /** Workers whose own queue has something. */
  readonly backlogged = new PackedSet<Worker>();

  constructor(config: ResolvedConfig) {
    this.#config = config;
  }

  get size(): number {
    return this.#byId.size;
  }

  nextId(): WorkerId {
    return this.#nextId++ as WorkerId;
  }

  add(worker: Worker): void {
    this.#byId.set(worker.id, worker);
    this.threads += worker.nthreads;
    this.update(worker);
    this.markDirty(worker);
  }

  remove(worker: Worker): void {
    this.#byId.delete(worker.id);
    this.threads -= worker.nthreads;
    this.backlogged.delete(worker);
    this.#leaveOpen(worker);
    this.#countIdle(worker, 0);
  }

  get(id: number): Worker | undefined {
    return this.#byId.get(id as WorkerId);
  }

  all(): IterableIterator<Worker> {
    return this.#byId.values();
  }

  /** Have it looked at when the batch ends. */
  markDirty(worker: Worker): void {
    if (worker.dirty) return;
    worker.dirty = true;
    this.dirty.push(worker);
  }

  /** Whether something of this length may be sent ahead that can't run yet: as much as the window is long, beside the window. */
  mayPipeline(worker: Worker, charge: number): boolean {
    const { windowMs, maxWindowTasks } = this.#config;
    return (
      worker.pipelined < maxWindowTasks * worker.nthreads && worker.pipelinedMs + charge <= windowMs * worker.nthreads
    );
  }

  /** Recomputes whether the worker can take work; to be called after any change of what that depends on. */
  update(worker: Worker): void {
    const isOpen = worker.isRunning && !worker.reserved && this.#hasRoom(worker);
    if (isOpen !== worker.isOpen) {
      if (isOpen) {
        worker.isOpen = true;
        this.openThreads += worker.nthreads;
        this.open.add(worker);
      } else this.#leaveOpen(worker);
    }
    this.#countIdle(worker, isOpen ? Math.max(0, worker.nthreads - worker.active) : 0);
  }

  /** The window: a time's worth of work, but always a few tasks, and never too many. */
  #hasRoom(worker: Worker): boolean {
    const { active, nthreads } = worker;
    if (worker.stallMs > 0) return active < nthreads;
    if (active < this.#config.windowTasks * nthreads) return true;
    if (active >= this.#config.maxWindowTasks * nthreads) return false;
    return worker.load < this.#config.windowMs * nthreads;
  }

  #leaveOpen(worker: Worker): void {
    if (!worker.isOpen) return;
    worker.isOpen = false;
    this.openThreads -= worker.nthreads;
    this.open.delete(worker);
  }

  #countIdle(worker: Worker, threads: number): void {
    if (threads === worker.countedIdle) return;
    if (worker.countedIdle === 0) this.idle.add(worker);
    else if (threads === 0) this.idle.delete(worker);
    this.idleThreads += threads - worker.countedIdle;
    worker.countedIdle = threads;
  }
}
