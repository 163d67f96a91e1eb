/**
 * Displays that follow what they show: twice a second at most, as long as it changes, so many at a time, the newest first in
 * right. One timer for all of them, which runs only while there are some.
 *
 * A front end that draws displays itself is told of every change, and the document is written at changes of the status only.
 * For all others the document is the only place where anything can be seen.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ToldDisplay } from '@covey/protocol/bridge';
import { drawn, named, statusOf } from './drawing.js';
import { goneFrom, subjectOf } from './subjects.js';
import type { Snapshot, Subject } from './subjects.js';

export interface LiveDisplaysOutlet {
  /** Writes a display anew, wherever it is shown. */
  readonly publish: (displayId: string, data: Readonly<Record<string, unknown>>) => void;
  /** Tells front ends that draw. */
  readonly tell: (display: ToldDisplay) => void;
}

interface Followed {
  readonly subject: Subject;
  now: Snapshot;
  /** As JSON: of what was seen last, and of what the document has. */
  seen: string;
  written: string;
  writtenStatus: string;
  /** The question that is under way. */
  asked: Promise<void> | undefined;
  /** Ticks to let pass before it is asked again: a cluster where nothing happens is asked less and less. */
  rest: number;
  interval: number;
}

const TICK_MS = 500;
/** Seconds, in ticks: a cluster costs a question each time, futures don't. */
const ASK_TICKS = 2;
const ASK_TICKS_MAX = 20;
/** A cell's end is held up no longer than this for what clusters say of themselves. */
const LAST_LOOK_MS = 500;
const FOLLOWED_MAX = 100;
/** Of displays that no longer change, for front ends that come back and saw them before they did. */
const ENDED_MAX = 500;
/** A look at very many futures takes time of the user's: at most a twentieth of it. */
const SHARE = 20;

export class LiveDisplays {
  /** Whether a front end is there that draws displays itself. */
  isDrawn = false;
  readonly #outlet: LiveDisplaysOutlet;
  readonly #followed = new Map<string, Followed>();
  readonly #ended = new Map<string, Snapshot>();
  #timer: NodeJS.Timeout | undefined;

  constructor(outlet: LiveDisplaysOutlet) {
    this.#outlet = outlet;
  }

  /**
   * What a display shows is followed from now on, if it can change; what it showed before is not.
   * @param data with which it is shown.
   */
  follow(displayId: string, value: unknown, data: Readonly<Record<string, unknown>>): void {
    this.#followed.delete(displayId);
    this.#ended.delete(displayId);
    const subject = subjectOf(value);
    const now = subject?.shownBy(data);
    if (subject === undefined || now === undefined || now.isOver) return;
    const written = JSON.stringify(now.payload);
    this.#followed.set(displayId, {
      ...{ subject, now, seen: written, written, writtenStatus: statusOf(now) },
      ...{ asked: undefined, rest: 0, interval: ASK_TICKS },
    });
    dropOldest(this.#followed, FOLLOWED_MAX);
    if (this.isDrawn) this.#outlet.tell(told(displayId, now));
    this.#schedule(TICK_MS);
  }

  /** Brings all displays up to date that can be at once. */
  refresh(): void {
    for (const [id, followed] of this.#followed) if (followed.subject.isQuick) this.#look(id, followed);
  }

  /**
   * Asks also those that have to ask a cluster, and resolves when they show what it says; nothing when there are none.
   * A cluster that doesn't answer is not waited for.
   */
  lastLook(): Promise<unknown> | undefined {
    const slow = [...this.#followed].filter(([, { subject }]) => !subject.isQuick);
    if (slow.length === 0) return undefined;
    const asked = slow.map(async ([id, followed]) => {
      // What is under way was asked before the end.
      await followed.asked;
      this.#look(id, followed);
      await followed.asked;
    });
    return Promise.race([Promise.all(asked), wait(LAST_LOOK_MS, undefined, { ref: false })]);
  }

  /** As they are now. */
  list(): ToldDisplay[] {
    const living = [...this.#followed].map(([id, { now }]) => told(id, now));
    return [...[...this.#ended].map(([id, last]) => told(id, last)), ...living];
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
    if (followed.asked !== undefined) return;
    const snapshot = followed.subject.snapshot();
    if (snapshot === undefined) this.#show(id, followed, goneFrom(followed.now));
    else if (snapshot instanceof Promise) {
      followed.asked = snapshot.then((late) => {
        followed.asked = undefined;
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
    const isNews = text !== followed.seen;
    followed.now = snapshot;
    followed.seen = text;
    if (isNews && this.isDrawn) this.#outlet.tell(told(id, snapshot));
    const status = statusOf(snapshot);
    const isDue = !this.isDrawn || snapshot.isOver || status !== followed.writtenStatus;
    if (isDue && text !== followed.written) {
      followed.written = text;
      followed.writtenStatus = status;
      this.#outlet.publish(id, drawn(snapshot));
    }
    if (snapshot.isOver) {
      this.#followed.delete(id);
      this.#ended.set(id, snapshot);
      dropOldest(this.#ended, ENDED_MAX);
    }
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

function told(display: string, snapshot: Snapshot): ToldDisplay {
  return { display, kind: snapshot.kind, data: named(drawn(snapshot), display) };
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
