/**
 * Where the compute threads of all workers spend their time. Workers are asked while somebody waits, one round after
 * the other; what they saw is summed over the last minute or so.
 */
import type { ProfileNode } from '@covey/protocol/bridge';
import type { Feed, Portion } from './feed.js';
import { mergeProfiles } from './merge-profiles.js';

/** How long one round watches. */
export const PROFILE_ROUND_MS = 1000;
const ROUNDS_KEPT = 60;

export class ProfileFeed implements Feed {
  readonly #ask: (durationMs: number) => Promise<readonly ProfileNode[]>;
  readonly #rounds: ProfileNode[] = [];
  #version = 0;
  #isAsking = false;

  /** `ask` has every worker watch for so long; who can't answer is left out. */
  constructor(ask: (durationMs: number) => Promise<readonly ProfileNode[]>) {
    this.#ask = ask;
  }

  newest(): number {
    if (!this.#isAsking) void this.#round();
    return this.#version;
  }

  read(): Portion {
    return { cursor: this.#version, missed: 0, json: mergeProfiles(this.#rounds), buffers: [] };
  }

  rest(): void {
    this.#rounds.length = 0;
  }

  async #round(): Promise<void> {
    this.#isAsking = true;
    try {
      const told = await this.#ask(PROFILE_ROUND_MS);
      this.#rounds.push(mergeProfiles(told));
      if (this.#rounds.length > ROUNDS_KEPT) this.#rounds.shift();
      this.#version++;
    } finally {
      this.#isAsking = false;
    }
  }
}
