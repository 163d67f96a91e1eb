/**
 * Writes what tasks print to this process's own streams, so that `console.log` in a task does what one expects. On a terminal each line begins with the
 * worker's name, dimmed; elsewhere (a file, a pipe, a notebook) lines are as the task wrote them. A thousand tasks that print must not drown the
 * program: so many lines a second are written, and how many were left out is said.
 */
import process from 'node:process';
import { systemClock } from '@covey/protocol/internal';
import type { Clock } from '@covey/protocol/internal';
import type { TaskOutputEvent } from './task-output.js';

/** Where lines go; Node's streams are such. */
export interface LineSink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface OutputForwarderOptions {
  /** Default 500. */
  readonly linesPerSecond?: number;
  readonly stdout?: LineSink;
  readonly stderr?: LineSink;
  readonly clock?: Clock;
}

const WINDOW_MS = 1000;
const DIM = '\u001b[2m';
const PLAIN = '\u001b[22m';

export class OutputForwarder {
  readonly #limit: number;
  readonly #stdout: LineSink | undefined;
  readonly #stderr: LineSink | undefined;
  readonly #clock: Clock;
  #windowEndMs = -Infinity;
  #written = 0;
  #leftOut = 0;

  constructor(options: OutputForwarderOptions = {}) {
    this.#limit = options.linesPerSecond ?? 500;
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.#clock = options.clock ?? systemClock;
  }

  forward(event: TaskOutputEvent): void {
    if (event.type === 'warning') {
      this.#write('stderr', event.worker, `warning: task '${event.key}': ${event.name}: ${event.message}`);
    } else {
      this.#write(event.stream, event.worker, event.text.endsWith('\n') ? event.text.slice(0, -1) : event.text);
    }
  }

  /** Says what was left out and not told yet. */
  close(): void {
    if (this.#leftOut === 0) return;
    const count = this.#leftOut;
    this.#leftOut = 0;
    this.#sink('stderr').write(`… ${count} ${count === 1 ? 'line' : 'lines'} of tasks left out\n`);
  }

  #write(stream: 'stdout' | 'stderr', worker: string, text: string): void {
    const nowMs = this.#clock.now();
    if (nowMs >= this.#windowEndMs) {
      this.close();
      this.#windowEndMs = nowMs + WINDOW_MS;
      this.#written = 0;
    }
    const lines = text.split('\n');
    const taken = lines.slice(0, Math.max(0, this.#limit - this.#written));
    this.#written += taken.length;
    if (taken.length < lines.length) {
      // Said when the second is over, by the next line or by this timer, whichever comes first.
      if (this.#leftOut === 0) this.#clock.setTimer(() => this.close(), this.#windowEndMs - nowMs);
      this.#leftOut += lines.length - taken.length;
    }
    if (taken.length === 0) return;
    const sink = this.#sink(stream);
    const prefix = sink.isTTY === true ? `${DIM}${worker} │${PLAIN} ` : '';
    sink.write(taken.map((line) => `${prefix}${line}\n`).join(''));
  }

  /** Asked for at each write: a notebook's kernel or a test may put others in their place. */
  #sink(stream: 'stdout' | 'stderr'): LineSink {
    return stream === 'stdout' ? (this.#stdout ?? process.stdout) : (this.#stderr ?? process.stderr);
  }
}
