/** The compute threads as Node runs them: started, spoken to, ended. What they are given and what becomes of their tasks is the core's affair. */
import type { EventLoopUtilization } from 'node:perf_hooks';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { ThreadEnd } from '../core/reports.js';
import type { ThreadId } from '../core/compute-thread.js';
import { OutgoingBatch, receiveBatch } from '../thread/batch.js';
import type { PostedBatch, ReceivedBatch } from '../thread/batch.js';
import type { Answer, ThreadStart } from '../thread/messages.js';
import { ThreadControl } from '../thread/thread-control.js';

/** What is alike for all threads of a worker. */
export type ThreadSettings = Omit<ThreadStart, 'thread' | 'port' | 'answers' | 'control'>;

export interface ComputeThreadEvents {
  onbatch(thread: ThreadHandle, batch: ReceivedBatch): void;
  /** It is no more. `end` when it was not told to. */
  onend(thread: ThreadHandle, end: ThreadEnd | undefined): void;
  /** It was told to end and is still there after a while: native code keeps it. */
  onstuck(thread: ThreadHandle): void;
}

/** How long a thread may take to end before it is written off. */
const END_TIMEOUT_MS = 5000;
/** V8's own limit stands well above ours: where one growing map or array reaches it, V8 aborts the whole process. */
const HARD_HEAP_FACTOR = 2;
const HARD_HEAP_MORE = 512 * 2 ** 20;

export class ThreadHandle {
  readonly id: ThreadId;
  readonly control = new ThreadControl();
  /** What this turn has to say to it. */
  readonly batch = new OutgoingBatch();
  /** Function ids that it knows. */
  readonly functions = new Set<number>();
  /** The borrower's name of buffers that it is to write; the handle itself is that of buffers it reads. */
  readonly writing = Symbol('writing');
  readonly #port: MessagePort;
  readonly #answers: MessagePort;
  readonly #worker: Worker;
  readonly #events: ComputeThreadEvents;
  #failure: Error | undefined;
  #isEnding = false;
  #isOver = false;

  constructor(
    id: ThreadId,
    entry: string,
    settings: ThreadSettings,
    heapBytes: number | undefined,
    events: ComputeThreadEvents,
  ) {
    this.id = id;
    this.#events = events;
    const messages = new MessageChannel();
    const answers = new MessageChannel();
    this.#port = messages.port1;
    this.#answers = answers.port1;
    const start: ThreadStart = {
      ...settings,
      thread: id,
      port: messages.port2,
      answers: answers.port2,
      control: this.control.memory,
    };
    this.#worker = new Worker(entry, {
      name: `covey-compute-${id}`,
      workerData: start,
      transferList: [messages.port2, answers.port2],
      ...(heapBytes === undefined
        ? {}
        : {
            resourceLimits: {
              maxOldGenerationSizeMb: Math.ceil((heapBytes * HARD_HEAP_FACTOR + HARD_HEAP_MORE) / 2 ** 20),
            },
          }),
    });
    this.#port.on('message', (posted: PostedBatch) => {
      if (!this.#isEnding) events.onbatch(this, receiveBatch(posted));
    });
    this.#worker.on('error', (error: Error) => {
      this.#failure = error;
    });
    this.#worker.on('exit', (code) => this.#over(code));
  }

  /** The thread's number in Node. */
  get nodeThreadId(): number {
    return this.#worker.threadId;
  }

  /** How busy its event loop was, altogether or since an earlier answer. */
  loopUtilization(since?: EventLoopUtilization): EventLoopUtilization {
    return this.#worker.performance.eventLoopUtilization(since);
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Sends what was collected in `batch`. */
  flush(): void {
    if (!this.#isEnding) this.batch.post(this.#port);
  }

  /** Answers `allocate`, on which the thread sleeps. */
  answer(answer: Answer): void {
    this.#answers.postMessage(answer);
    this.control.announceAnswer();
  }

  /** Stops it where it is; native code it finishes first. Resolves when it is over. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isEnding = true;
    const timer = setTimeout(() => {
      if (!this.#isOver) this.#events.onstuck(this);
    }, END_TIMEOUT_MS).unref();
    await this.#worker.terminate();
    clearTimeout(timer);
  }

  #over(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const wasEnding = this.#isEnding;
    this.#isEnding = true;
    this.#port.close();
    this.#answers.close();
    this.#events.onend(this, wasEnding ? undefined : this.#explain(code));
  }

  #explain(code: number): ThreadEnd {
    const running = this.control.running;
    const failure = this.#failure as (Error & { code?: unknown }) | undefined;
    if (failure === undefined) return { running, message: `it exited with status ${code}` };
    const known = typeof failure.code === 'string' ? { code: failure.code } : {};
    return { running, message: String(failure.message), ...known };
  }
}
