/**
 * The last transitions of all tasks, in a ring of numbers. A task's story is what the ring still has of it; keys are
 * matched by hash, so the stories of forgotten tasks can be read too.
 */
import type { StoryEntry } from '@covey/protocol/internal';
import { TASK_STATES } from './states.js';

/** What a core may be told, and so why something happened; as they are named to people. */
const STIMULI = [
  'none',
  'add-client',
  'remove-client',
  'submit',
  'hold',
  'release',
  'cancel',
  'retry',
  'adopt',
  'fire-and-forget',
  'scatter',
  'locate',
  'add-worker',
  'remove-worker',
  'done',
  'pinned',
  'erred',
  'stopped',
  'started',
  'suspended',
  'resumed',
  'gained',
  'lost',
  'missing',
  'stored',
  'heartbeat',
  'pause',
  'flush',
  'wake',
  'hold-for',
  'release-for',
  'replicate',
  'rebalance',
  'retire',
  'restart',
  'functions',
  'hold-in-result',
] as const;

/** Indexes into {@link STIMULI}, as the story stores them. */
export const Stimulus = {
  none: 0,
  addClient: 1,
  removeClient: 2,
  submit: 3,
  hold: 4,
  release: 5,
  cancel: 6,
  retry: 7,
  adopt: 8,
  fireAndForget: 9,
  scatter: 10,
  locate: 11,
  addWorker: 12,
  removeWorker: 13,
  done: 14,
  pinned: 15,
  erred: 16,
  stopped: 17,
  started: 18,
  suspended: 19,
  resumed: 20,
  gained: 21,
  lost: 22,
  missing: 23,
  stored: 24,
  heartbeat: 25,
  pause: 26,
  flush: 27,
  wake: 28,
  holdFor: 29,
  releaseFor: 30,
  replicate: 31,
  rebalance: 32,
  retire: 33,
  restart: 34,
  functions: 35,
  holdInResult: 36,
} as const;

export class Story {
  readonly #mask: number;
  readonly #times: Float64Array;
  readonly #hashes: Int32Array;
  readonly #workers: Int32Array;
  /** from | to << 4 | stimulus << 8 */
  readonly #moves: Uint16Array;
  #count = 0;

  constructor(length: number) {
    let size = 16;
    while (size < length) size *= 2;
    this.#mask = size - 1;
    this.#times = new Float64Array(size);
    this.#hashes = new Int32Array(size);
    this.#workers = new Int32Array(size);
    this.#moves = new Uint16Array(size);
  }

  /** Transitions noted so far, those that the ring has lost among them. */
  get count(): number {
    return this.#count;
  }

  /** Notes a transition. `stimulus` is an index into {@link STIMULI}. */
  add(timeMs: number, keyHash: number, from: number, to: number, stimulus: number, worker: number): void {
    const at = this.#count++ & this.#mask;
    this.#times[at] = timeMs;
    this.#hashes[at] = keyHash;
    this.#moves[at] = from | (to << 4) | (stimulus << 8);
    this.#workers[at] = worker;
  }

  /** What is left of the stories of these keys, oldest first. `hashOf` as the key index counts it. */
  of(keys: readonly string[], hashOf: (key: string) => number, addressOf: (worker: number) => string): StoryEntry[] {
    const byHash = new Map(keys.map((key) => [hashOf(key), key]));
    const entries: StoryEntry[] = [];
    for (let i = Math.max(0, this.#count - this.#mask - 1); i < this.#count; i++) {
      const at = i & this.#mask;
      const key = byHash.get(this.#hashes[at]!);
      if (key === undefined) continue;
      const move = this.#moves[at]!;
      const worker = this.#workers[at]!;
      entries.push({
        timeMs: this.#times[at]!,
        key,
        from: TASK_STATES[move & 15]!,
        to: TASK_STATES[(move >> 4) & 15]!,
        stimulus: STIMULI[move >> 8]!,
        ...(worker === 0 ? {} : { worker: addressOf(worker) }),
      });
    }
    return entries;
  }
}
