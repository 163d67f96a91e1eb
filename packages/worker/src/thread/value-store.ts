/**
 * Values in and out of the thread: encodings whose large buffers lie in the worker's shared memory, and the few values that
 * can't leave the thread.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { ResultTooLargeError } from '@covey/protocol';
import type { TaskId } from '@covey/protocol/internal';
import type { Frames } from '@covey/functions';
import type { Leases } from './leases.js';
import { SHARED_FROM_BYTES, threadReports } from './messages.js';
import type { Answer, BufferId, Parts, ThreadValue } from './messages.js';
import type { Outbox } from './outbox.js';
import { SharedInputs } from './shared-inputs.js';
import type { ThreadControl } from './thread-control.js';
import type { Tidying } from './tidying.js';

const noBuffers: readonly Uint8Array[] = [];

/** Finds the shared buffers of a batch by number. */
export type BufferTable = ReadonlyMap<BufferId, SharedArrayBuffer>;

/** Puts together what came over the port; with `parts`, the result refers to shared memory. */
export function framesOf(value: ThreadValue, buffers: BufferTable): Frames {
  const { header, parts } = value;
  if (parts === null) return { header: header as Uint8Array, buffers: noBuffers };
  const views: Uint8Array[] = [];
  for (let at = 0; at < parts.length; at += 3) {
    const buffer = buffers.get(parts[at] as BufferId);
    if (buffer === undefined)
      throw new TypeError(`shared buffer ${parts[at]} did not come with the batch that names it`);
    views.push(new Uint8Array(buffer, parts[at + 1], parts[at + 2]));
  }
  return header === 0 ? { header: views[0] as Uint8Array, buffers: views.slice(1) } : { header, buffers: views };
}

/** Bytes of an encoding. */
export function sizeOf(frames: Frames): number {
  let nbytes = frames.header.length;
  for (const { length } of frames.buffers) nbytes += length;
  return nbytes;
}

export interface ValueStoreParts {
  readonly outbox: Outbox;
  readonly answers: MessagePort;
  readonly control: ThreadControl;
  readonly leases: Leases;
  readonly tidying: Tidying;
}

export class ValueStore {
  /** Values that can't be encoded, and actors, by the task that made them. */
  readonly pinned = new Map<TaskId, unknown>();
  readonly shared: SharedInputs;
  readonly #outbox: Outbox;
  readonly #answers: MessagePort;
  readonly #control: ThreadControl;
  readonly #leases: Leases;
  readonly #tidying: Tidying;

  constructor({ outbox, answers, control, leases, tidying }: ValueStoreParts) {
    this.#outbox = outbox;
    this.shared = new SharedInputs(outbox);
    this.#answers = answers;
    this.#control = control;
    this.#leases = leases;
    this.#tidying = tidying;
  }

  /** Moves an encoding to shared memory where it is large. */
  place(frames: Frames): ThreadValue {
    const { header, buffers } = frames;
    const isLargeHeader = header.length >= SHARED_FROM_BYTES;
    if (buffers.length === 0 && !isLargeHeader) return { header, parts: null };
    const sources = isLargeHeader ? [header, ...buffers] : buffers;
    const parts: number[] = [];
    const copied: number[] = [];
    for (const source of sources) {
      const id = this.#sharedAlready(source);
      if (id === undefined) copied.push(parts.length);
      parts.push(id ?? 0, id === undefined ? 0 : source.byteOffset, source.length);
    }
    if (copied.length > 0) this.#copy(copied, parts, sources);
    return { header: isLargeHeader ? 0 : header, parts };
  }

  /** An input that comes out again is named, not copied, unless little of it would keep much of it. */
  #sharedAlready(source: Uint8Array): BufferId | undefined {
    const id = this.#leases.idOf(source.buffer);
    return id !== undefined && source.length * 2 >= source.buffer.byteLength ? id : undefined;
  }

  #copy(places: readonly number[], parts: number[], sources: readonly Uint8Array[]): void {
    const { ids, buffers } = this.#allocate(places.map((place) => parts[place + 2] as number));
    for (const [index, place] of places.entries()) {
      parts[place] = ids[index] as BufferId;
      const source = sources[place / 3] as Uint8Array;
      new Uint8Array(buffers[index] as SharedArrayBuffer).set(source);
      this.#tidying.passed(source.length);
    }
  }

  /** Blocks until the pool has given the buffers. */
  #allocate(sizes: readonly number[]): Answer {
    const answer = this.#ask(sizes, false);
    if (!answer.collectFirst) return answer;
    this.collect();
    return this.#ask(sizes, true);
  }

  #ask(sizes: readonly number[], collected: boolean): Answer {
    const before = this.#control.answers;
    threadReports.allocate(this.#outbox.fields, sizes, collected);
    this.#outbox.post();
    this.#control.waitForAnswer(before);
    const received = receiveMessageOnPort(this.#answers) as { message: Answer } | undefined;
    if (received === undefined) throw new Error('the worker announced an answer that is not there');
    const { message: answer } = received;
    if (answer.error !== undefined) {
      const nbytes = sizes.reduce((sum, size) => sum + size, 0);
      throw new ResultTooLargeError(answer.error, { data: { nbytes } });
    }
    return answer;
  }

  /** Runs the collector and says what it found. */
  collect(): void {
    const startMs = performance.now();
    this.#leases.collect();
    this.#tidying.done(startMs, performance.now());
    this.reportEnded();
  }

  reportEnded(): void {
    const ended = this.#leases.takeEnded();
    if (ended.length > 0) threadReports.unleased(this.#outbox.fields, ended);
  }
}

/** The parts of a value that is not to be delivered after all. */
export function idsOf(parts: Parts): readonly BufferId[] {
  return parts === null ? [] : parts.filter((_, index) => index % 3 === 0);
}
