/** Everything the worker's core knows: the attempts, the books, what falls due, and what is noted for the end of the turn. */
import type { AttemptId } from '@covey/protocol/internal';
import { DataBook } from './data-book.js';
import { Deadlines } from './deadlines.js';
import { stillMatters } from './due.js';
import type { Due } from './due.js';
import { Durations } from './durations.js';
import type { FetchLimits } from './fetch-planner.js';
import type { WorkerOutput } from './output.js';
import { Story } from './story.js';
import type { TaskState, WorkerTask } from './task.js';
import { ThreadBook } from './thread-book.js';
import type { WindowLimits } from './thread-book.js';
import { becomeReady } from './transitions.js';

export interface WorkerCoreOptions {
  /** Name of the worker, for reports. */
  readonly name: string;
  readonly nthreads: number;
  /** How long a task may take to heed its signal before its thread is ended. Default 200 ms. */
  readonly graceMs?: number;
  readonly window?: WindowLimits;
  readonly fetchLimits?: FetchLimits;
  /** Entries of the story ring. Default 16,384. */
  readonly storyEntries?: number;
}

export class CoreState<Value = unknown> {
  readonly output: WorkerOutput<Value>;
  readonly name: string;
  readonly nthreads: number;
  readonly graceMs: number;

  readonly tasks = new Map<AttemptId, WorkerTask>();
  readonly counts: Record<TaskState, number> = { waiting: 0, ready: 0, executing: 0, suspended: 0, gone: 0 };
  readonly durations = new Durations();
  readonly threads: ThreadBook;
  readonly data: DataBook<Value>;
  readonly story: Story;
  readonly #deadlines = new Deadlines<Due>(stillMatters);

  /** Handed over in this turn, to be reported at its end. */
  started: AttemptId[] = [];
  /** Handed over and to be reported if they last, oldest first. */
  unreported: { readonly task: WorkerTask; readonly sinceMs: number }[] = [];
  isReportDue = false;
  /** Threads that ended while starting, in a row. */
  failedStarts = 0;

  isPausedByScheduler = false;
  isPausedForMemory = false;
  /** Nothing more is started. */
  isClosing = false;

  constructor(output: WorkerOutput<Value>, options: WorkerCoreOptions) {
    this.output = output;
    this.name = options.name;
    this.nthreads = options.nthreads;
    this.graceMs = options.graceMs ?? 200;
    this.story = new Story(options.storyEntries);
    this.threads = new ThreadBook(this.durations, options.window);
    this.data = new DataBook(
      output,
      {
        isUnderWay: (attempt) => this.tasks.has(attempt),
        inputsAreHere: (task, now) => becomeReady(this, task, 'input', now),
        askLater: (datum, holder, atMs) => this.due(atMs, { kind: 'ask', datum, holder }),
        tell: (taskId, from, to, stimulus, now) => this.story.tell(now, taskId, from, to, stimulus),
      },
      options.fetchLimits,
    );
  }

  get isPaused(): boolean {
    return this.isPausedByScheduler || this.isPausedForMemory || this.isClosing;
  }

  /** Sets an attempt's state, and notes it in its story. The only place where states change. */
  move(task: WorkerTask, state: TaskState, stimulus: string, now: number): void {
    this.story.tell(now, task.compute.taskId, task.state, state, stimulus);
    this.counts[task.state] -= 1;
    this.counts[state] += 1;
    task.state = state;
  }

  /** Has something fall due at a time. */
  due(atMs: number, due: Due): void {
    const before = this.#deadlines.nextMs;
    this.#deadlines.add(atMs, due);
    if (before === undefined || atMs < before) this.output.wakeAt(atMs);
  }

  /** What is due by now, one at a time. Once nothing is, it asks to be woken for the next. */
  nextDue(now: number): Due | undefined {
    const due = this.#deadlines.due(now);
    if (due === undefined && this.#deadlines.nextMs !== undefined) this.output.wakeAt(this.#deadlines.nextMs);
    return due;
  }
}
