/**
 * One life of one worker process: started, configured, watched, ended. Whether another life follows is decided elsewhere.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { deferred } from '@covey/protocol/internal';
import { MemoryCurve } from './memory-curve.js';
import { StderrTail } from './stderr-tail.js';
import { asWorkerMessage } from './worker-ipc.js';
import type { WorkerFailed, WorkerProcessConfig } from './worker-ipc.js';

/** How a worker process is spawned. */
export interface WorkerCommand {
  /** The entry script. */
  readonly entry: string;
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Where the worker's standard error goes on to. */
  readonly stderr: Writable;
}

/** How a life ended. */
export interface WorkerEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly wasReady: boolean;
  /** What the worker said when it could not start, or the reason why it could not be spawned. */
  readonly failure: WorkerFailed | undefined;
  readonly overMemory: boolean;
  readonly stderr: string;
}

/** The last words of a process may arrive after its exit is known; a grandchild that keeps the pipe open must not delay the report. */
const LAST_WORDS_MS = 50;

export class WorkerProcess {
  readonly memory = new MemoryCurve();
  readonly startedMs: number;
  readonly #child: ChildProcess;
  readonly #stderr = new StderrTail();
  readonly #ready = deferred<string>();
  readonly #ended = deferred<WorkerEnd>();
  #address: string | undefined;
  #failure: WorkerFailed | undefined;
  #overMemory = false;
  #over = false;

  constructor(command: WorkerCommand, nowMs: number) {
    this.startedMs = nowMs;
    this.#child = spawn(command.execPath, [...command.execArgv, command.entry], {
      env: command.environment,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#ready.promise.catch(() => undefined);
    this.#listen(command.stderr);
  }

  /** Undefined when it could not be spawned at all. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Where it listens, once it is ready. */
  get address(): string | undefined {
    return this.#address;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Resolves to the worker's address when the scheduler knows it; rejects when it ends before. */
  get ready(): Promise<string> {
    return this.#ready.promise;
  }

  get ended(): Promise<WorkerEnd> {
    return this.#ended.promise;
  }

  configure(config: WorkerProcessConfig): void {
    // A worker that died meanwhile says so through `ended`; the failed write adds nothing to that.
    if (this.#child.connected) this.#child.send(config, () => undefined);
  }

  /** Asks it to end, and ends it by force after `graceMs`. */
  async stop(graceMs: number): Promise<WorkerEnd> {
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    try {
      return await this.#ended.promise;
    } finally {
      clearTimeout(force);
    }
  }

  /** Ends it at once because of its memory: asking first would give it time to take what is left. */
  killForMemory(): void {
    this.#overMemory = true;
    this.#child.kill('SIGKILL');
  }

  #listen(stderr: Writable): void {
    const child = this.#child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr.write(chunk);
      stderr.write(chunk);
    });
    child.on('message', (message) => {
      const said = asWorkerMessage(message);
      if (said?.type === 'failed') this.#failure = said;
      if (said?.type === 'ready') {
        this.#address = said.address;
        this.#ready.resolve(said.address);
      }
    });
    child.once('error', (error) => {
      // Also raised by a failed kill or send, when the exit tells more; without a pid there will be no exit.
      if (child.pid === undefined) this.#end(null, null, `it could not be spawned: ${error.message}`);
    });
    child.once('close', (exitCode, signal) => this.#end(exitCode, signal));
    child.once('exit', (exitCode, signal) => {
      setTimeout(() => {
        child.stderr?.destroy();
        this.#end(exitCode, signal);
      }, LAST_WORDS_MS).unref();
    });
  }

  #end(exitCode: number | null, signal: string | null, spawnError?: string): void {
    if (this.#over) return;
    this.#over = true;
    if (spawnError !== undefined) this.#failure = { type: 'failed', message: spawnError, permanent: true };
    if (this.#child.connected) this.#child.disconnect();
    this.#ready.reject(new Error('the worker ended before it was ready'));
    this.#ended.resolve({
      exitCode,
      signal,
      wasReady: this.#address !== undefined,
      failure: this.#failure,
      overMemory: this.#overMemory,
      stderr: this.#stderr.toString(),
    });
  }
}
