/**
 * What a compute thread has to say, collected until the end of the turn. Printed text is bounded here, a task's as well as all
 * of the thread's: a task that prints in a loop must not fill the memory of others.
 */
import type { MessagePort } from 'node:worker_threads';
import { OutgoingBatch } from './batch.js';
import { threadReports } from './messages.js';
import type { Activity } from './activity.js';

/** Characters that one task may print. */
const PRINT_LIMIT = 1 << 20;
/** Characters printed outside of any task, a second. */
const STRAY_PRINT_LIMIT = 1 << 16;
/** A longer text goes in pieces, so that no single message is large. */
const PRINT_PIECE = 1 << 14;
/** While code runs without end, what it prints goes out this often. */
const PRINT_EVERY_MS = 20;

export class Outbox {
  readonly batch = new OutgoingBatch();
  readonly #port: MessagePort;
  readonly #workerName: string;
  #printFrom: Activity | undefined;
  #printStream = 0;
  #printText = '';
  #printPostedMs = -Infinity;
  #strayWindowMs = 0;
  #strayPrinted = 0;

  constructor(port: MessagePort, workerName: string) {
    this.#port = port;
    this.#workerName = workerName;
  }

  /** Where `threadReports` write to; what was printed before stays before. */
  get fields(): unknown[] {
    if (this.#printText !== '') this.#endPrint();
    return this.batch.fields;
  }

  post(): void {
    if (this.#printText !== '') this.#endPrint();
    this.batch.post(this.#port);
  }

  print(activity: Activity | undefined, stream: number, text: string): void {
    const nowMs = performance.now();
    const allowed = this.#allowance(activity, text.length, nowMs);
    if (allowed < 0) return;
    const cut =
      allowed < text.length
        ? `${text.slice(0, allowed)}\n[covey: what follows was printed too fast or too much, and is dropped]\n`
        : text;
    if (this.#printText !== '' && (this.#printFrom !== activity || this.#printStream !== stream)) this.#endPrint();
    this.#printFrom = activity;
    this.#printStream = stream;
    this.#printText += cut;
    if (this.#printText.length >= PRINT_PIECE) this.#endPrint();
    // The event loop may be far away: a line that comes alone is shown at once.
    if (nowMs - this.#printPostedMs < PRINT_EVERY_MS) return;
    this.#printPostedMs = nowMs;
    this.post();
  }

  /** How much of the text may go out: -1 when not even the notice of it, since that was given already. */
  #allowance(activity: Activity | undefined, length: number, nowMs: number): number {
    let printed: number;
    let limit: number;
    if (activity === undefined) {
      if (nowMs - this.#strayWindowMs > 1000) {
        this.#strayWindowMs = nowMs;
        this.#strayPrinted = 0;
      }
      limit = STRAY_PRINT_LIMIT;
      printed = this.#strayPrinted;
      this.#strayPrinted += length;
    } else {
      limit = PRINT_LIMIT;
      printed = activity.printed;
      activity.printed += length;
    }
    if (printed > limit) return -1;
    return Math.min(length, limit - printed);
  }

  #endPrint(): void {
    const text = this.#printText;
    const from = this.#printFrom;
    const common = {
      key: from?.key ?? null,
      attempt: from?.attempt ?? 0,
      worker: this.#workerName,
      timeMs: Date.now(),
    };
    this.#printText = '';
    this.#printFrom = undefined;
    for (let at = 0; at < text.length; at += PRINT_PIECE) {
      const piece = text.slice(at, at + PRINT_PIECE);
      threadReports.event(this.batch.fields, 'print', { ...common, stream: this.#printStream, text: piece });
    }
  }
}
