/**
 * What user code prints, made into few messages: at most 20 a second, and no more than a notebook can keep. A cell that
 * prints faster than that is heard at its beginning and at its end: the first and the last 256 KB stay, and a line says
 * how much was left out between them. Knows no clock and no timer of its own.
 */
import type { RequestId } from '../channel/messages.js';

export type StreamName = 'stdout' | 'stderr';

export interface StreamOutlet {
  readonly emit: (id: RequestId, name: StreamName, text: string) => void;
  /** Wants `wake` to be called about so many milliseconds from now; a later wish replaces an earlier one. */
  readonly wakeIn: (delayMs: number) => void;
}

interface Segment {
  readonly id: RequestId;
  readonly name: StreamName;
  pieces: string[];
  /** The pieces before this are gone: taking them out one by one costs more than the flood itself. */
  start: number;
  length: number;
}

const INTERVAL_MS = 50;
/** A flood counts as over when nothing was printed for so long. */
const QUIET_MS = 200;
const KEPT = 256 * 1024;
const BYTES_PER_MS = 800;

export class StreamCoalescer {
  readonly #outlet: StreamOutlet;
  #segments: Segment[] = [];
  #pending = 0;
  #leftOut = 0;
  #allowance = KEPT;
  #refilledMs = 0;
  #emittedMs = Number.NEGATIVE_INFINITY;
  #writtenMs = 0;

  constructor(outlet: StreamOutlet) {
    this.#outlet = outlet;
  }

  write(id: RequestId, name: StreamName, text: string, nowMs: number): void {
    if (text === '') return;
    const last = this.#segments.at(-1);
    if (last?.id === id && last.name === name) {
      last.pieces.push(text);
      last.length += text.length;
    } else {
      this.#segments.push({ id, name, pieces: [text], start: 0, length: text.length });
    }
    const isFirst = this.#pending === 0;
    this.#pending += text.length;
    this.#writtenMs = nowMs;
    if (isFirst) this.wake(nowMs);
    if (this.#pending <= KEPT) return;
    // A flood: its beginning goes out, and from now on only its end is kept.
    if (this.#leftOut === 0) {
      this.#refill(nowMs);
      if (this.#allowance >= KEPT / 2) this.#emit(this.#allowance, nowMs);
    }
    if (this.#pending > KEPT) this.#leaveOut(this.#pending - KEPT);
  }

  /** Emits what may be said now, and asks to be woken for the rest. */
  wake(nowMs: number): void {
    if (this.#pending === 0) return;
    const nextMs = this.#leftOut > 0 ? this.#writtenMs + QUIET_MS : this.#emittedMs + INTERVAL_MS;
    if (nowMs < nextMs) {
      this.#outlet.wakeIn(nextMs - nowMs);
      return;
    }
    this.#refill(nowMs);
    this.#emit(this.#leftOut > 0 ? this.#pending : this.#allowance, nowMs);
    if (this.#pending > 0) this.#outlet.wakeIn(INTERVAL_MS);
  }

  /** Emits everything, before something else is said or a cell ends. */
  flush(nowMs: number): void {
    if (this.#pending > 0) this.#emit(this.#pending, nowMs);
  }

  /** A new cell begins with a fresh allowance. */
  begin(nowMs: number): void {
    this.flush(nowMs);
    this.#allowance = KEPT;
    this.#refilledMs = nowMs;
    this.#emittedMs = Number.NEGATIVE_INFINITY;
  }

  #refill(nowMs: number): void {
    this.#allowance = Math.min(KEPT, this.#allowance + (nowMs - this.#refilledMs) * BYTES_PER_MS);
    this.#refilledMs = nowMs;
  }

  #emit(limit: number, nowMs: number): void {
    let rest = limit;
    while (rest > 0) {
      const segment = this.#segments[0];
      if (segment === undefined) break;
      const text = segment.pieces.slice(segment.start).join('');
      const taken = text.length <= rest ? text : text.slice(0, boundary(text, rest));
      if (taken.length === text.length) this.#segments.shift();
      else Object.assign(segment, { pieces: [text.slice(taken.length)], start: 0, length: text.length - taken.length });
      this.#outlet.emit(segment.id, segment.name, this.#noteOfLeftOut() + taken);
      this.#pending -= taken.length;
      this.#allowance -= taken.length;
      rest -= Math.max(1, taken.length);
    }
    this.#emittedMs = nowMs;
  }

  #noteOfLeftOut(): string {
    if (this.#leftOut === 0) return '';
    const note = `\n… ${(this.#leftOut / 1e6).toFixed(2)} MB of output were left out here …\n`;
    this.#leftOut = 0;
    return note;
  }

  #leaveOut(excess: number): void {
    let rest = excess;
    while (rest > 0) {
      const segment = this.#segments[0];
      if (segment === undefined) return;
      const piece = segment.pieces[segment.start] ?? '';
      const dropped = piece.length <= rest ? piece.length : boundary(piece, rest);
      if (dropped === piece.length) segment.start++;
      else segment.pieces[segment.start] = piece.slice(dropped);
      segment.length -= dropped;
      this.#pending -= dropped;
      this.#leftOut += dropped;
      rest -= Math.max(1, dropped);
      if (segment.start === segment.pieces.length) this.#segments.shift();
      else if (segment.start >= 4096 && segment.start * 2 > segment.pieces.length) {
        segment.pieces = segment.pieces.slice(segment.start);
        segment.start = 0;
      }
    }
  }
}

/** A place to cut that doesn't tear a surrogate pair. */
function boundary(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff ? at + 1 : at;
}
