/** A bar in the terminal that follows futures until all have settled. */
import { performance } from 'node:perf_hooks';
import { abortSignal, anObject, anyText, offAbort, onAbort } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import type { Future } from '../future.js';
import { State } from '../session/task-table.js';
import type { Waiter } from '../session/task-table.js';
import { checkUsage, listFutures } from '../usage.js';
import { sessionOf } from './wait.js';

/** Where text goes; `process.stderr` is one. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** How {@link progress} shows itself. */
export interface ProgressOptions {
  /** Default: standard error. A terminal gets one line that is redrawn, anything else a line at each tenth. */
  readonly output?: TextOutput;
  /** Shown before the bar. Default: the common function name of the tasks, if they have one. */
  readonly label?: string;
  /** Ends the display; the tasks go on. */
  readonly signal?: AbortSignal;
}

const progressKinds: Kinds<ProgressOptions> = {
  output: anObject('something with a method `write`'),
  label: anyText,
  signal: abortSignal,
};

/** Shortest time between two redraws, in milliseconds. */
const REDRAW_MS = 100;

/**
 * Shows how many of the futures have settled, until all have. Errors are counted, not thrown.
 *
 * @example
 * ```ts
 * const futures = executor.map(render, frames);
 * await progress(futures);
 * ```
 */
export async function progress(
  futures: Future<unknown> | Iterable<Future<unknown>>,
  options: ProgressOptions = {},
): Promise<void> {
  const all = listFutures(futures, 'progress');
  checkUsage(options, progressKinds, 'progress');
  const session = sessionOf(all);
  if (session === undefined) return;
  const follower = new Follower(all.length, options.label ?? commonName(all), options.output ?? process.stderr);
  const ids = all.map((future) => session.handles.idOf(future));
  const failed = (id: number) => session.table.state(id) !== State.finished;
  let finish!: () => void;
  const over = new Promise<void>((resolve) => (finish = resolve));
  // A future that is given twice settles twice.
  const repeated = new Map<number, number>();
  const waiter: Waiter = {
    settled(id) {
      for (let i = repeated.get(id) ?? 1; i > 0; i--) follower.settled(failed(id));
      if (follower.complete) finish();
    },
  };
  for (const id of ids) {
    if (session.table.state(id) !== State.pending) follower.settled(failed(id));
    else if (!session.table.wait(id, waiter)) repeated.set(id, (repeated.get(id) ?? 1) + 1);
  }
  const { signal } = options;
  onAbort(signal, finish);
  try {
    if (!follower.complete && signal?.aborted !== true) {
      follower.start();
      await (session.settings.aroundWait?.(() => over) ?? over);
    }
  } finally {
    offAbort(signal, finish);
    for (const id of ids) session.table.stopWaiting(id, waiter);
    follower.stop();
  }
}

/** Counts, and draws when it is time. */
class Follower {
  readonly #total: number;
  readonly #label: string;
  readonly #output: TextOutput;
  readonly #started = performance.now();
  #done = 0;
  #failed = 0;
  #tenths = -1;
  #drawn = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(total: number, label: string, output: TextOutput) {
    this.#total = total;
    this.#label = label;
    this.#output = output;
  }

  get complete(): boolean {
    return this.#done === this.#total;
  }

  settled(failed: boolean): void {
    this.#done++;
    if (failed) this.#failed++;
  }

  start(): void {
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#draw();
    if (this.#output.isTTY === true) this.#output.write('\n');
  }

  #draw(): void {
    const share = this.#total === 0 ? 1 : this.#done / this.#total;
    if (this.#output.isTTY !== true) {
      const tenths = Math.floor(share * 10);
      if (tenths === this.#tenths) return;
      this.#tenths = tenths;
      this.#output.write(`${this.#text(share)}\n`);
      return;
    }
    const text = this.#text(share);
    const width = Math.max(10, Math.min(40, (this.#output.columns ?? 80) - text.length - 4));
    const full = Math.round(share * width);
    const line = `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${text}`;
    if (line === this.#drawn) return;
    this.#drawn = line;
    this.#output.write(`\r\x1b[K${line}`);
  }

  #text(share: number): string {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    const label = this.#label === '' ? '' : `${this.#label} `;
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    return `${label}${this.#done}/${this.#total} ${Math.floor(share * 100)} %${failed} ${seconds} s`;
  }
}

/** What the keys of all these tasks begin with, up to the last dash. */
function commonName(futures: readonly Future<unknown>[]): string {
  let name: string | undefined;
  for (const future of futures.length > 100 ? futures.slice(0, 100) : futures) {
    const own = /^(.+?)-[^-]*(-\d+)?$/.exec(future.key)?.[1] ?? future.key;
    if (name !== undefined && name !== own) return '';
    name = own;
  }
  return name ?? '';
}
