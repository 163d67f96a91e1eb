/**
 * All that belongs to one registration with one scheduler: core, store, threads, and what stands between them and the channel. When the session is lost, this is
 * thrown away as a whole and another is made.
 *
 * A turn: batches from the scheduler, from threads and from peers become stimuli of the core; at its end the news goes to the scheduler and then the orders to the
 * threads, one message each. User values are never looked into.
 */
import { dispatchWorkerBatch, endOfTurn, formatBinaryBytes, systemClock, workerNews } from '@covey/protocol/internal';
import type {
  BulkClient,
  Channel,
  FunctionBlob,
  FunctionId,
  Opaque,
  TaskId,
  Timer,
  UploadedFile,
} from '@covey/protocol/internal';
import { NotHereError } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import type { ThreadId } from '../core/compute-thread.js';
import type { ThreadEnd } from '../core/reports.js';
import { WorkerCore } from '../core/worker-core.js';
import { BufferPool } from '../store/buffer-pool.js';
import { MemoryStore } from '../store/value-store.js';
import type { StoredValue } from '../store/value-store.js';
import type { ReceivedBatch } from '../thread/batch.js';
import { dispatchThreadReports, threadOrders } from '../thread/messages.js';
import { ThreadHandle } from './compute-threads.js';
import type { ThreadSettings } from './compute-threads.js';
import { CoreOutput } from './core-output.js';
import { FunctionBlobs } from './function-blobs.js';
import type { LocalDirectory } from './local-directory.js';
import { KeptInputs } from './kept-inputs.js';
import { Peers } from './peers.js';
import { ReportReader } from './report-reader.js';
import { SchedulerReader } from './scheduler-reader.js';
import { ThreadRequests } from './thread-requests.js';
import { epochMs } from './time.js';
import type { ServedStore } from './value-server.js';
import { importValue, threadValue } from './value-transfer.js';
import type { WorkerConfig } from './worker-options.js';

/** No thread has this number. */
const NO_THREAD = 0;
/** Of the memory limit, what may lie ready for values to come while they come and go. */
const BUSY_FRACTION = 8;

export interface IncarnationOptions {
  readonly config: WorkerConfig;
  readonly settings: ThreadSettings;
  readonly bulkClient: BulkClient;
  readonly directory: LocalDirectory;
  readonly logger: Logger;
  /** The worker is of no use any more. */
  onfatal(reason: string): void;
}

export class Incarnation {
  readonly pool: BufferPool;
  readonly store: MemoryStore;
  readonly kept = new KeptInputs();
  readonly functions: FunctionBlobs;
  readonly requests = new ThreadRequests();
  readonly threads = new Map<ThreadId, ThreadHandle>();
  readonly core: WorkerCore<StoredValue>;
  readonly peers: Peers;
  readonly logger: Logger;
  /** Threads that were told to end and can't. */
  stuckThreads = 0;
  /** Where news is written; undefined before the session has begun. */
  channel: Channel | undefined;
  /** The time as the core is told it: read once a batch, since reading the clock costs as much as a stimulus. */
  now = epochMs();

  readonly #options: IncarnationOptions;
  readonly #reader: SchedulerReader;
  readonly #reports: ReportReader;
  readonly #uploads = new Map<string, { readonly name: string; readonly path: string; readonly hash: string }>();
  readonly #releasedFunctions = new Set<FunctionId>();
  readonly #endTurn = () => this.#onTurnEnd();
  /** Functions to be run as soon as there is a thread. */
  readonly #runsInWaiting: (() => void)[] = [];
  #isTurnPending = false;
  #wakeTimer: Timer | undefined;
  #wakeAtMs = Infinity;
  #isDisposed = false;

  constructor(options: IncarnationOptions) {
    this.#options = options;
    this.logger = options.logger;
    const { name, nthreads, cancelGraceMs, memoryLimit } = options.config;
    this.pool = new BufferPool(memoryLimit > 0 ? { keepBusyBytes: memoryLimit / BUSY_FRACTION } : {});
    this.store = new MemoryStore(this.pool);
    this.functions = new FunctionBlobs(this.pool);
    this.core = new WorkerCore(new CoreOutput(this, (reason) => options.onfatal(reason)), {
      name,
      nthreads,
      graceMs: cancelGraceMs,
    });
    this.#reader = new SchedulerReader(this);
    this.#reports = new ReportReader(this);
    this.peers = new Peers(options.bulkClient, this.pool, {
      onvalue: (fetch, taskId, value) => this.core.handleFetched(fetch, taskId, value.nbytes, value, epochMs()),
      onabsent: (fetch, taskId) => this.core.handleFetchAbsent(fetch, taskId, epochMs()),
      onend: (fetch, peer, error) => {
        if (error !== undefined && !this.#isDisposed) this.logger.warn('a fetch failed', { peer, error });
        this.core.handleFetchEnded(fetch, epochMs());
        this.turn();
      },
    });
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** What the listener serves from here. */
  get served(): ServedStore {
    return {
      store: this.store,
      pool: this.pool,
      onstored: (taskId, value) => {
        this.store.put(taskId, value);
        this.core.handleStored(taskId, value.nbytes, value.type, epochMs());
        this.turn();
      },
    };
  }

  /** Starts the threads; the scheduler may come later. */
  start(): void {
    this.core.start();
  }

  /** The session has begun: takes its batches. */
  attach(channel: Channel): void {
    this.channel = channel;
    channel.onbatch = (batch) => {
      if (this.#isDisposed) return;
      this.now = epochMs();
      this.turn();
      dispatchWorkerBatch(batch, this.#reader);
    };
  }

  /** Ends threads and fetches, and forgets everything. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#stopWakeTimer();
    this.peers.close();
    await Promise.all([...this.threads.values()].map((thread) => thread.end()));
  }

  /** Something has happened: the core gets to act at the end of this turn. */
  turn(): void {
    if (this.#isTurnPending || this.#isDisposed) return;
    this.#isTurnPending = true;
    endOfTurn(this.#endTurn);
  }

  /** Takes a file for all threads, those to come as well. */
  upload(file: UploadedFile): void {
    const path = this.#options.directory.save(file);
    this.#uploads.set(file.name, { name: file.name, path, hash: file.hash });
    for (const thread of this.threads.values()) threadOrders.upload(thread.batch.fields, file.name, path, file.hash);
    this.turn();
  }

  /** These functions won't be named again; they go as soon as no task that was sent before needs them. */
  releaseFunctions(ids: readonly FunctionId[]): void {
    for (const id of ids) this.#releasedFunctions.add(id);
    this.dropReleasedFunctions();
  }

  /** To be called now and then: drops what could not go when it was released. */
  dropReleasedFunctions(): void {
    if (this.#releasedFunctions.size === 0) return;
    const inUse = this.core.functionsInUse();
    const unused = [...this.#releasedFunctions].filter((id) => !inUse.has(id));
    for (const id of unused) {
      this.#releasedFunctions.delete(id);
      this.core.handleFunctionReleased(id);
    }
    this.functions.release(unused, this.threads.values());
    this.turn();
  }

  /** Asks all threads, or all but one, to collect; they answer with the leases that ended. */
  collect(except?: ThreadHandle): void {
    for (const thread of this.threads.values()) if (thread !== except) threadOrders.collect(thread.batch.fields, 0);
    this.turn();
  }

  /**
   * Runs a function outside the task system, in a thread that has nothing to do if there is one. When that thread ends before it began,
   * another one does it.
   */
  run(blob: FunctionBlob, args: Opaque, wait: boolean): Promise<Opaque> {
    const give = (id: number): void => this.#giveRun(id, blob, args, wait);
    const { id, answer } = this.requests.add(NO_THREAD, give);
    give(id);
    return answer;
  }

  #giveRun(id: number, blob: FunctionBlob, args: Opaque, wait: boolean): void {
    const busy = new Set(this.core.running().map(({ thread }) => thread));
    const threads = [...this.threads.values()].filter((candidate) => !candidate.isEnding);
    const thread = threads.find((candidate) => !busy.has(candidate.id)) ?? threads[0];
    if (thread === undefined) {
      // One that ended is being replaced.
      this.#runsInWaiting.push(() => this.#giveRun(id, blob, args, wait));
      return;
    }
    this.requests.move(id, thread.id);
    const value = threadValue(importValue(blob, blob.name, this.pool), thread, this.pool);
    this.pool.unleaseAll(blob);
    threadOrders.run(thread.batch.fields, id, blob, value, args, wait);
    this.turn();
  }

  /** Calls a method of an actor, or reads a property of it when `args` is null. */
  callActor(taskId: TaskId, name: string, args: Opaque | null): Promise<Opaque> {
    const thread = this.threads.get(this.core.threadOf(taskId) ?? 0);
    if (thread === undefined) return Promise.reject(new NotHereError(`actor ${taskId} is not on this worker`));
    const { id, answer } = this.requests.add(thread.id);
    if (args === null) threadOrders.actorGet(thread.batch.fields, id, taskId, name);
    else threadOrders.actorCall(thread.batch.fields, id, taskId, name, args);
    this.turn();
    return answer;
  }

  /** Ends a thread whose heap has outgrown its limit, and blames what it runs. */
  endForMemory(thread: ThreadHandle, heapBytes: number): void {
    const end = {
      running: thread.control.running,
      message: `its heap had ${formatBinaryBytes(heapBytes)}`,
      code: 'ERR_WORKER_OUT_OF_MEMORY',
    };
    this.logger.warn('a compute thread is ended for its memory', { thread: thread.id, heapBytes });
    this.core.handleThreadGuilty(thread.id, end, epochMs());
    this.turn();
  }

  /** As `WorkerOutput.startThread` asks. */
  startThread(id: ThreadId): void {
    const { config, settings } = this.#options;
    const start = { ...settings, uploads: [...this.#uploads.values()] };
    const thread = new ThreadHandle(id, config.threadEntry, start, config.threadHeapBytes, {
      onbatch: (from, batch) => this.#onReports(from, batch),
      onend: (ended, end) => this.#onThreadEnd(ended, end),
      onstuck: (stuck) => {
        this.stuckThreads += 1;
        this.logger.error('a compute thread does not end: native code keeps it', { thread: stuck.id });
      },
    });
    this.threads.set(id, thread);
    for (const give of this.#runsInWaiting.splice(0)) give();
  }

  /** As `WorkerOutput.wakeAt` asks. */
  wakeAt(timeMs: number): void {
    if (timeMs >= this.#wakeAtMs || this.#isDisposed) return;
    this.#wakeAtMs = timeMs;
    this.#stopWakeTimer();
    const wake = () => {
      this.#wakeAtMs = Infinity;
      this.core.handleWake(epochMs());
      this.turn();
    };
    const delayMs = Math.max(0, Math.ceil(timeMs - epochMs()));
    this.#wakeTimer = systemClock.setTimer(wake, delayMs, { holdsProcess: true });
  }

  #stopWakeTimer(): void {
    if (this.#wakeTimer !== undefined) systemClock.clearTimer(this.#wakeTimer);
  }

  #onReports(thread: ThreadHandle, batch: ReceivedBatch): void {
    if (this.#isDisposed) return;
    this.now = epochMs();
    this.turn();
    this.#reports.thread = thread;
    dispatchThreadReports(batch.fields, this.#reports);
  }

  #onThreadEnd(thread: ThreadHandle, end: ThreadEnd | undefined): void {
    this.threads.delete(thread.id);
    this.kept.threadEnded(thread);
    this.pool.unleaseAll(thread);
    this.pool.unleaseAll(thread.writing);
    if (this.#isDisposed) return;
    this.requests.threadEnded(thread.id, thread.control.begun);
    if (end !== undefined)
      this.logger.warn('a compute thread ended by itself', { thread: thread.id, why: end.message });
    if (this.channel !== undefined) workerNews.threadEnded(this.channel.write(), thread.id);
    this.core.handleThreadEnded(thread.id, end, epochMs());
    this.turn();
  }

  #onTurnEnd(): void {
    this.#isTurnPending = false;
    if (this.#isDisposed) return;
    this.core.endTurn(epochMs());
    // The scheduler first: it must know what may be running before it runs.
    this.channel?.flush();
    for (const thread of this.threads.values()) thread.flush();
  }
}
