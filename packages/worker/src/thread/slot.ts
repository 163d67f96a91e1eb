/**
 * Whose turn it is in a compute thread. One activity holds the slot; it keeps it while it awaits anything, except futures of its own: then it is *suspended*,
 * others run, and what follows the future (a *continuation*) runs when the slot is free again, before any new task.
 *
 * An activity that waits for several futures at once gives the slot away again as soon as what one of them set off has come to rest: else the others,
 * which may need this very slot, would never come.
 */
import { offAbort, onAbort } from '@covey/protocol/internal';
import type { Activity } from './activity.js';

interface Continuation {
  readonly activity: Activity;
  readonly deliver: () => void;
}

export interface SlotEvents {
  suspended(activity: Activity): void;
  resumed(activity: Activity): void;
  /** The slot is free, or something waits for it: see whether something can run. */
  wake(): void;
}

export class Slot {
  #holder: Activity | undefined;
  #continuations: Continuation[] = [];
  #resting = false;
  readonly #events: SlotEvents;
  readonly #setImmediate = setImmediate;

  constructor(events: SlotEvents) {
    this.#events = events;
  }

  get holder(): Activity | undefined {
    return this.#holder;
  }

  take(activity: Activity): void {
    this.#holder = activity;
  }

  /** The activity is over, whether it has the slot or not. */
  release(activity: Activity): void {
    if (this.#holder === activity) this.#holder = undefined;
  }

  /** Waits for the promise without the slot. Rejects as soon as the activity is to stop. */
  whileWaiting<T>(activity: Activity, signal: AbortSignal, promise: Promise<T>): Promise<T> {
    activity.waits++;
    this.#restLater();
    return new Promise<T>((resolve, reject) => {
      let delivered = false;
      const settle = (deliver: () => void): void => {
        if (delivered) return;
        delivered = true;
        offAbort(signal, stopped);
        this.#continue({ activity, deliver });
      };
      const stopped = (): void => {
        const reason = signal.reason as Error;
        settle(() => reject(reason));
      };
      if (signal.aborted) stopped();
      else onAbort(signal, stopped);
      promise.then(
        (value) => settle(() => resolve(value)),
        (error: Error) => settle(() => reject(error)),
      );
    });
  }

  /** If the slot is free and a suspended activity can go on, it gets the slot; true then. */
  resumeNext(): boolean {
    const next = this.#continuations[0];
    if (next === undefined || this.#holder !== undefined) return false;
    const { activity } = next;
    this.#holder = activity;
    activity.sinceMs = performance.now();
    this.#events.resumed(activity);
    const rest: Continuation[] = [];
    for (const continuation of this.#continuations) {
      if (continuation.activity === activity) deliver(continuation);
      else rest.push(continuation);
    }
    this.#continuations = rest;
    this.#restLater();
    return true;
  }

  #continue(continuation: Continuation): void {
    const { activity } = continuation;
    // What has ended gets its news too, without a slot: its code is no longer counted, but may have something to close.
    if (this.#holder === activity || activity.hasEnded) return deliver(continuation);
    this.#continuations.push(continuation);
    this.#events.wake();
  }

  /** Looks, when everything that can go on at once has gone on, whether the holder waits for futures. */
  #restLater(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#setImmediate(() => {
      this.#resting = false;
      const holder = this.#holder;
      if (holder === undefined || holder.waits === 0) return;
      this.#holder = undefined;
      holder.heldMs += performance.now() - holder.sinceMs;
      this.#events.suspended(holder);
      this.#events.wake();
    });
  }
}

function deliver({ activity, deliver: go }: Continuation): void {
  activity.waits--;
  go();
}
