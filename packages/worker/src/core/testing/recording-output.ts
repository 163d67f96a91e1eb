/** A `WorkerOutput` that writes down what it was told, one line an instruction, and lets tests play the threads. */
import type { ErrorReport } from '@covey/protocol/internal';
import type { WorkerOutput } from '../output.js';
import type { WorkerTask } from '../task.js';

export class RecordingOutput implements WorkerOutput<string> {
  /** What was said since the last `take`. */
  lines: string[] = [];
  readonly store = new Map<number, string>();
  /** Per thread, the sequence number of the next task that it will start. */
  readonly claims = new Map<number, number>();
  readonly handed = new Map<number, WorkerTask[]>();
  wakeAtMs: number | undefined;
  onevent: ((op: string, ...fields: unknown[]) => void) | undefined;

  /** The lines so far; it starts anew. */
  take(): string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  startFetch(fetch: number, peer: number, taskIds: readonly number[]): void {
    this.#say('startFetch', fetch, peer, taskIds);
  }

  dropPeer(peer: number): void {
    this.#say('dropPeer', peer);
  }

  handToThread(thread: number, task: WorkerTask): void {
    this.handed.set(thread, [...(this.handed.get(thread) ?? []), task]);
    this.#say('hand', thread, task.compute.attempt);
  }

  recall(thread: number, next: number): number {
    const first = this.claims.get(thread) ?? 0;
    this.claims.set(thread, next);
    this.#say('recall', thread);
    return first;
  }

  cancelInThread(thread: number, attempt: number, reason: string): void {
    this.#say('cancelInThread', thread, attempt, reason);
  }

  startThread(thread: number): void {
    this.#say('startThread', thread);
  }

  endThread(thread: number): void {
    this.#say('endThread', thread);
  }

  dropInThread(thread: number, taskIds: readonly number[]): void {
    this.#say('dropInThread', thread, taskIds);
  }

  giveUp(reason: string): void {
    this.#say('giveUp', reason);
  }

  has(taskId: number): boolean {
    return this.store.has(taskId);
  }

  keep(taskId: number, value: string): void {
    this.store.set(taskId, value);
  }

  discard(value: string): void {
    this.#say('discard', value);
  }

  drop(taskId: number): void {
    if (this.store.delete(taskId)) this.#say('drop', taskId);
  }

  done(taskId: number, attempt: number): void {
    this.#say('done', taskId, attempt);
  }

  pinned(taskId: number, attempt: number): void {
    this.#say('pinned', taskId, attempt);
  }

  erred(
    taskId: number,
    attempt: number,
    _startMs: number,
    _durationMs: number,
    _slot: number,
    error: ErrorReport,
  ): void {
    this.#say('erred', taskId, attempt, error.name);
  }

  stopped(taskId: number, attempt: number, ran: boolean, reason: string): void {
    this.#say('stopped', taskId, attempt, ran, reason);
  }

  started(attempts: readonly number[]): void {
    this.#say('started', attempts);
  }

  suspended(taskId: number, attempt: number): void {
    this.#say('suspended', taskId, attempt);
  }

  resumed(taskId: number, attempt: number): void {
    this.#say('resumed', taskId, attempt);
  }

  gained(taskIds: readonly number[]): void {
    this.#say('gained', taskIds);
  }

  lost(taskIds: readonly number[]): void {
    this.#say('lost', taskIds);
  }

  missing(taskId: number, holder: number): void {
    this.#say('missing', taskId, holder);
  }

  stored(taskId: number): void {
    this.#say('stored', taskId);
  }

  wakeAt(timeMs: number): void {
    this.wakeAtMs = timeMs;
  }

  #say(op: string, ...fields: unknown[]): void {
    const words = fields.map((field) => (Array.isArray(field) ? `[${field.join(' ')}]` : String(field)));
    this.lines.push([op, ...words].join(' '));
    this.onevent?.(op, ...fields);
  }
}
