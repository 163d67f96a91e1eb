/**
 * Displays that follow what they show: twice a second at most, as long as it changes, so many at a time, the newest first in
 * right. One timer for all of them, which runs only while there are some.
 */
import { drawn } from './drawing.js';
import { subjectOf } from './subjects.js';
import type { Snapshot, Subject } from './subjects.js';

/** Publishes an update of a display. */
export type PublishUpdate = (displayId: string, data: Readonly<Record<string, unknown>>) => void;

interface Followed {
  readonly subject: Subject;
  shown: string | undefined;
  isAsked: boolean;
  /** Ticks to let pass before it is asked again: a cluster where nothing happens is asked less and less. */
  rest: number;
  interval: number;
}

const TICK_MS = 500;
/** Seconds, in ticks: a cluster costs a question each time, futures don't. */
const ASK_TICKS = 2;
const ASK_TICKS_MAX = 20;
const FOLLOWED_MAX = 20;
/** A look at very many futures takes time of the user's: at most a twentieth of it. */
const SHARE = 20;

export class LiveDisplays {
  readonly #publish: PublishUpdate;
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: PublishUpdate) {
    this.#publish = publish;
  }

  /** What a display shows is followed from now on, if it can change; what it showed before is not. */
  follow(displayId: string, value: unknown): void {
    this.#followed.delete(displayId);
    const subject = subjectOf(value);
    if (subject === undefined) return;
    const now = subject.isQuick ? subject.snapshot() : undefined;
    const known = now instanceof Promise ? undefined : now;
    if (known?.isOver === true) return;
    const shown = known === undefined ? undefined : JSON.stringify(known.payload);
    this.#followed.set(displayId, { subject, shown, isAsked: false, rest: 0, interval: ASK_TICKS });
    const [oldest] = this.#followed.keys();
    if (this.#followed.size > FOLLOWED_MAX && oldest !== undefined) this.#followed.delete(oldest);
    this.#schedule(TICK_MS);
  }

  /** Brings all displays up to date that can be at once. */
  refresh(): void {
    for (const [id, followed] of this.#followed) if (followed.subject.isQuick) this.#look(id, followed);
  }

  get size(): number {
    return this.#followed.size;
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const startMs = performance.now();
      for (const [id, followed] of this.#followed) if (followed.rest-- <= 0) this.#look(id, followed);
      if (this.#followed.size > 0) this.#schedule(Math.max(TICK_MS, (performance.now() - startMs) * SHARE));
    }, delayMs).unref();
  }

  #look(id: string, followed: Followed): void {
    if (followed.isAsked) return;
    const snapshot = followed.subject.snapshot();
    if (snapshot === undefined) this.#followed.delete(id);
    else if (snapshot instanceof Promise) {
      followed.isAsked = true;
      void snapshot.then((late) => {
        followed.isAsked = false;
        const isNews = this.#show(id, followed, late);
        followed.interval = isNews ? ASK_TICKS : Math.min(ASK_TICKS_MAX, followed.interval * 2);
        followed.rest = followed.interval;
      });
    } else this.#show(id, followed, snapshot);
  }

  /** @returns whether there was something new to show. */
  #show(id: string, followed: Followed, snapshot: Snapshot): boolean {
    // Another value is shown there meanwhile.
    if (this.#followed.get(id) !== followed) return false;
    const text = JSON.stringify(snapshot.payload);
    const isNews = text !== followed.shown;
    if (isNews) this.#publish(id, drawn(snapshot));
    followed.shown = text;
    if (snapshot.isOver) this.#followed.delete(id);
    return isNews;
  }
}

/** Whether a value has a live display. */
export function isLive(value: unknown): boolean {
  return subjectOf(value) !== undefined;
}

/** A live value as it is now; undefined for others. */
export function liveData(value: unknown): Record<string, unknown> | Promise<Record<string, unknown>> | undefined {
  const snapshot = subjectOf(value)?.snapshot();
  if (snapshot === undefined) return undefined;
  return snapshot instanceof Promise ? snapshot.then(drawn) : drawn(snapshot);
}
