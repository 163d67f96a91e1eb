/**
 * The runs on the threads of one worker, as long as it is connected: in which lanes they stand, and how far its clock is from
 * the scheduler's. All that is the same for each of its runs is found once.
 */
import type { TaskId } from '@covey/protocol/internal';
import type { RunLog } from '../run-log.js';
import type { Lane } from './lane.js';
import type { TaskStream } from './task-stream.js';

/** A clock that seems this near is taken to be the same one: what differs is the way of the message. */
const SAME_MS = 50;

export class WorkerRuns {
  readonly #stream: TaskStream;
  readonly #worker: string;
  /** By thread. */
  readonly #lanes: Lane[] = [];
  #fastestMs = Infinity;
  /** To be added to a time of the worker's. */
  #offsetMs = 0;

  constructor(stream: TaskStream, worker: string) {
    this.#stream = stream;
    this.#worker = worker;
  }

  /** A heartbeat that was written at `sentMs`, on the worker's clock, is here. The fastest one told most. */
  heard(sentMs: number, nowMs: number): void {
    this.#fastestMs = Math.min(this.#fastestMs, nowMs - sentMs);
    this.#offsetMs = Math.abs(this.#fastestMs) < SAME_MS ? 0 : this.#fastestMs;
  }

  /** Runs have ended. */
  ended({ length, names, tasks, starts, durations, threads, outcomes }: RunLog): void {
    for (let i = 0; i < length; i++) {
      const thread = threads[i]!;
      const lane = (this.#lanes[thread] ??= this.#stream.addLane(this.#worker, thread));
      lane.ended(tasks[i] as TaskId, names[i]!, starts[i]! + this.#offsetMs, durations[i]!, outcomes[i]!);
    }
  }
}
