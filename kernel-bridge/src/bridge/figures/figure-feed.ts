/**
 * One topic of one cluster, for all who show it: those that have seen the same share one pull, so in the long run there is
 * one, whatever the number of tabs. Who is behind catches up by a pull of its own, and nobody waits for the slowest.
 */
import type { BridgeError, FigureBatch, FiguresEndCode, FigureTopic } from '@covey/protocol/bridge';
import type { Clock, Timer } from '@covey/protocol/internal';
import { failureOf } from '../failures.js';
import { Credit } from './credit.js';

/** How long the scheduler may wait for news: its answer then tells that everything is still there. */
const WAIT_MS = 15_000;
/** Who has seen nothing yet is shown at once what there is, even if that is nothing. */
const FIRST = -1;
const STEP_MS = 100;
const BYTES_PER_MS = 1000;

/** Who shows a topic. */
export interface FigureViewer {
  readonly show: (sequence: number, batch: FigureBatch) => void;
  /** @param failure the code of the error that ended it. */
  readonly end: (code: FiguresEndCode, reason: string, failure?: string) => void;
}

/** The last that a viewer took of a topic. */
export interface SeenFigures {
  readonly cursor: number;
  readonly epoch: string | undefined;
}

export interface FigureFeedOptions {
  readonly topic: FigureTopic;
  readonly clock: Clock;
  /** Asks the scheduler. Rejects when there is nothing more to come, with why. */
  readonly pull: (cursor: number, waitMs: number, signal: AbortSignal) => Promise<FigureBatch>;
}

interface Place {
  readonly credit: Credit;
  /** What was seen, or {@link FIRST}. */
  cursor: number;
  epoch: string | undefined;
  /** Its next batch may come then: that is what keeps the pace. */
  notBeforeMs: number;
}

export class FigureFeed {
  readonly #options: FigureFeedOptions;
  readonly #places = new Map<FigureViewer, Place>();
  /** Cursors from which a pull is under way. */
  readonly #pulls = new Map<number, AbortController>();
  #timer: Timer | undefined;

  constructor(options: FigureFeedOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** @param seen what the viewer has already: it is shown what came since. */
  add(viewer: FigureViewer, seen?: SeenFigures): void {
    const place = { credit: new Credit(), cursor: FIRST, epoch: undefined, notBeforeMs: 0 };
    this.#places.set(viewer, { ...place, ...seen });
    this.#turn();
  }

  remove(viewer: FigureViewer): void {
    this.#places.delete(viewer);
    this.#turn();
  }

  acknowledge(viewer: FigureViewer, sequence: number): void {
    this.#places.get(viewer)?.credit.acknowledge(sequence);
    this.#turn();
  }

  /** Tells all viewers that nothing more comes. */
  end({ code, message }: BridgeError): void {
    const viewers = [...this.#places.keys()];
    this.#places.clear();
    this.#turn();
    for (const viewer of viewers) viewer.end('ended', message, code);
  }

  /** Pulls for those that may be sent something, and looks again when the next of the others may. */
  #turn(): void {
    const { clock } = this.#options;
    const nowMs = clock.now();
    this.#giveUp(nowMs);
    let nextMs = Infinity;
    const wanted = new Set<number>();
    for (const { credit, cursor, notBeforeMs } of this.#places.values()) {
      nextMs = Math.min(nextMs, credit.expiresMs ?? Infinity);
      if (!credit.isOpen(nowMs)) continue;
      if (notBeforeMs <= nowMs) wanted.add(cursor);
      else nextMs = Math.min(nextMs, notBeforeMs);
    }
    for (const cursor of wanted) if (!this.#pulls.has(cursor)) void this.#pull(cursor);
    if (this.#places.size === 0) for (const pull of this.#pulls.values()) pull.abort();
    if (this.#timer !== undefined) clock.clearTimer(this.#timer);
    this.#timer =
      nextMs === Infinity ? undefined : clock.setTimer(() => this.#turn(), Math.max(0, Math.ceil(nextMs - nowMs)));
  }

  #giveUp(nowMs: number): void {
    for (const [viewer, { credit }] of this.#places) {
      if (credit.expiresMs === undefined || credit.expiresMs > nowMs) continue;
      this.#places.delete(viewer);
      viewer.end('unacknowledged', 'nothing was acknowledged for a minute');
    }
  }

  async #pull(cursor: number): Promise<void> {
    const pull = new AbortController();
    this.#pulls.set(cursor, pull);
    let batch: FigureBatch;
    try {
      batch = await this.#options.pull(Math.max(0, cursor), cursor === FIRST ? 0 : WAIT_MS, pull.signal);
    } catch (error) {
      this.#pulls.delete(cursor);
      // Otherwise those who were to see it have left, and others may have come.
      if (pull.signal.aborted) this.#turn();
      else this.end(failureOf(error));
      return;
    }
    this.#pulls.delete(cursor);
    this.#share(cursor, batch);
    this.#turn();
  }

  #share(asked: number, batch: FigureBatch): void {
    const nowMs = this.#options.clock.now();
    const fits = ({ cursor, credit, notBeforeMs }: Place): boolean =>
      cursor === asked && notBeforeMs <= nowMs && credit.isOpen(nowMs);
    const viewers = [...this.#places].filter(([, place]) => fits(place));
    const paceMs = Math.max(STEP_MS, (bytesOf(batch) * viewers.length) / BYTES_PER_MS);
    for (const [viewer, place] of viewers) {
      const isOtherLife = place.epoch !== undefined && place.epoch !== batch.epoch;
      place.epoch = batch.epoch;
      if (isOtherLife && asked !== 0) {
        // The cursor was one of the scheduler before: all that the new one has is asked for.
        place.cursor = FIRST;
        continue;
      }
      place.cursor = batch.cursor;
      place.notBeforeMs = nowMs + paceMs;
      viewer.show(place.credit.spend(nowMs), batch);
    }
  }
}

function bytesOf({ json, buffers }: FigureBatch): number {
  const text = JSON.stringify(json) as string | undefined;
  return buffers.reduce((sum, { byteLength }) => sum + byteLength, text?.length ?? 0);
}
