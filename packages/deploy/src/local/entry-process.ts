/**
 * A process of a cluster, started from a bundled entry with an IPC channel: its messages, its last words, its end. The
 * channel is also what holds it: when this process is gone, however it went, the channel closes and the child ends.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { deferred, type Deferred } from '@covey/protocol/internal';
import { LineReader, LogTail } from './stderr-lines.js';

export interface EntryProcessOptions {
  /** What it is, for messages: `scheduler`. */
  readonly role: string;
  /** The script. */
  readonly entry: string;
  /** Options of Node. Default none: what this process runs with (an inspector's port) is its own. */
  readonly execArgv?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Each line that it writes to standard error. */
  online(line: string): void;
  /** Each message that it sends. */
  onmessage(message: unknown): void;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The last words of a process may arrive after its exit is known; a grandchild that keeps the pipe open must not delay the news. */
const LAST_WORDS_MS = 50;

export class EntryProcess {
  readonly role: string;
  readonly log = new LogTail();
  readonly #child: ChildProcess;
  readonly #ended: Deferred<ProcessEnd> = deferred();
  #over = false;

  constructor(options: EntryProcessOptions) {
    this.role = options.role;
    this.#child = spawn(process.execPath, [...(options.execArgv ?? []), options.entry], {
      env: options.environment ?? process.env,
      // What tasks print goes where this program prints.
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in a terminal and the interrupt of a Jupyter kernel reach whole groups, and mean
      // this program only, which then decides what becomes of its cluster.
      detached: true,
      serialization: 'advanced',
    });
    const child = this.#child;
    const lines = new LineReader((line) => {
      this.log.add(line);
      options.online(line);
    });
    const end = (exitCode: number | null, signal: NodeJS.Signals | null) => {
      if (this.#over) return;
      this.#over = true;
      lines.end();
      if (child.connected) child.disconnect();
      this.#ended.resolve({ exitCode, signal });
    };
    child.stderr?.on('data', (chunk: Buffer) => lines.write(chunk));
    child.on('message', (message) => options.onmessage(message));
    child.once('error', (error) => {
      // Also raised by a failed send, when the exit tells more; without a pid there will be no exit.
      if (child.pid !== undefined) return;
      options.online(`the ${this.role} could not be spawned: ${error.message}`);
      end(null, null);
    });
    child.once('close', end);
    child.once('exit', (exitCode, signal) => {
      setTimeout(() => {
        child.stderr?.destroy();
        end(exitCode, signal);
      }, LAST_WORDS_MS).unref();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Resolves when the process has ended and its last words are here. Never rejects. */
  get ended(): Promise<ProcessEnd> {
    return this.#ended.promise;
  }

  /** To a process that has ended, nothing is sent: its end says it all. */
  send(message: object): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Waits for its end, and forces it when `graceMs` have passed. */
  async endWithin(graceMs: number): Promise<ProcessEnd> {
    this.ref();
    const force = setTimeout(() => this.kill(), graceMs);
    try {
      return await this.#ended.promise;
    } finally {
      clearTimeout(force);
    }
  }

  /** Ends it at once. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (!this.#over) this.#child.kill(signal);
  }

  /** Lets this program end although the process runs: it will end with it. */
  unref(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    (this.#child.stderr as { unref?(): void } | null)?.unref?.();
  }

  /** Keeps this program going as long as the process runs. */
  ref(): void {
    if (this.#over) return;
    this.#child.ref();
    this.#child.channel?.ref();
    (this.#child.stderr as { ref?(): void } | null)?.ref?.();
  }
}

/** How a process ended, for people. */
export function describeEnd(end: ProcessEnd): string {
  if (end.signal !== null) return `was ended by ${end.signal}`;
  return end.exitCode === null ? 'could not be started' : `ended with status ${end.exitCode}`;
}
