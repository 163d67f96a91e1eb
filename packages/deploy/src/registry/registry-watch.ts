/**
 * Tells when the list of clusters may have changed: at once when a file comes or goes, and now and then in any case, since
 * an owner that is killed leaves its file where it is.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { systemClock } from '@covey/protocol/internal';
import type { Clock, Timer } from '@covey/protocol/internal';

export interface RegistryWatchOptions {
  /** How often owners are looked at, milliseconds. Default 5,000. */
  readonly checkMs?: number;
  readonly clock?: Clock;
}

/** An entry comes as a draft, a secret and a link: they are one change. */
const GATHER_MS = 20;

export class RegistryWatch {
  readonly #onlook: () => void;
  readonly #clock: Clock;
  readonly #checkMs: number;
  #watcher: FSWatcher | undefined;
  #soon: Timer | undefined;
  #later: Timer | undefined;
  #isClosed = false;

  /** @param onlook look at the list again. */
  constructor(folder: string, onlook: () => void, { checkMs = 5000, clock = systemClock }: RegistryWatchOptions = {}) {
    this.#onlook = onlook;
    this.#clock = clock;
    this.#checkMs = checkMs;
    try {
      this.#watcher = watch(folder, { persistent: false }, () => {
        this.#soon ??= clock.setTimer(() => this.#look(), GATHER_MS);
      });
      // The folder is gone, or the system watches no more: what is left is looking now and then.
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // The system has no watch to give: what is left is looking now and then.
    }
    this.#lookLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    for (const timer of [this.#soon, this.#later]) if (timer !== undefined) this.#clock.clearTimer(timer);
  }

  #lookLater(): void {
    this.#later = this.#clock.setTimer(() => this.#look(), this.#checkMs);
  }

  #look(): void {
    for (const timer of [this.#soon, this.#later]) if (timer !== undefined) this.#clock.clearTimer(timer);
    this.#soon = undefined;
    this.#onlook();
    if (!this.#isClosed) this.#lookLater();
  }
}
