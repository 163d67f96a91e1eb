/**
 * The runs on the threads of one worker, as long as it is connected: in which lanes they stand, and how far its clock is from
 * the scheduler's. All that is the same for each of its runs is found once.
 */
import type { TaskId } from '@covey/protocol/internal';
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

  /** A run of a task has ended. Each argument is a plain number, as this is called for each task. */
  ended(taskId: TaskId, name: string, startMs: number, durationMs: number, thread: number, outcome: number): void {
    const lane = (this.#lanes[thread] ??= this.#stream.addLane(this.#worker, thread));
    lane.ended(taskId, name, startMs + this.#offsetMs, durationMs, outcome);
  }
}
