/**
 * What is asked of a thread outside of tasks: methods of the actors that live in it, and functions to run at once. Nothing here needs the
 * slot. Calls begin in the order in which they came; an asynchronous method goes on while later ones run, as in any JavaScript object.
 */
import { ActorGoneError } from '@covey/protocol';
import { decode, decodeAsync, encode, ModulesNotLoadedError } from '@covey/functions';
import type { DecodeOptions, Frames } from '@covey/functions';
import type { Opaque, TaskId } from '@covey/protocol/internal';
import { activities, Activity } from './activity.js';
import { reportError } from './error-report.js';
import type { UserFunction } from './function-table.js';
import { threadReports } from './messages.js';
import type { Outbox } from './outbox.js';

const noBuffers: readonly Uint8Array[] = [];
const inOnePiece = { outOfBandBytes: Infinity, path: 'the result' };

export interface RequestsParts {
  readonly outbox: Outbox;
  readonly workerName: string;
  readonly decodeOptions: DecodeOptions;
  readonly pinned: ReadonlyMap<TaskId, unknown>;
  /** The context in which an actor was made. */
  actorActivity(taskId: TaskId): Activity | undefined;
  /** A function begins to run: from here on it may have had effects. */
  begun(requestId: number): void;
  /** A reply was written outside of a turn. */
  flush(): void;
}

export class Requests {
  readonly #parts: RequestsParts;
  #waiting: (() => void)[] = [];

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /** Begins what has come in since. Never inside of a task's code, which may look for news in the midst of its work. */
  begin(): void {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const begin of waiting) begin();
    }
  }

  run(requestId: number, name: string, frames: Frames, args: Opaque, wait: boolean): void {
    this.#waiting.push(() => {
      this.#parts.begun(requestId);
      const activity = new Activity(0, name, performance.now());
      // Without anybody who waits, the answer comes first and what follows is only told.
      if (!wait) threadReports.reply(this.#parts.outbox.fields, requestId, encode(undefined, inOnePiece).header);
      this.#answer(wait ? requestId : undefined, activity, async (decodeNow) => {
        const callable = (await decodeNow(frames)) as UserFunction;
        const values = (await decodeNow({ header: args, buffers: noBuffers })) as unknown[];
        return activities.run(activity, () => Reflect.apply(callable, undefined, values) as unknown);
      });
    });
  }

  actorCall(requestId: number, taskId: TaskId, method: string, args: Opaque): void {
    this.#waiting.push(() => {
      const owner = this.#parts.actorActivity(taskId);
      const activity = new Activity(0, `${owner?.key ?? 'actor'}.${method}`, performance.now(), owner);
      this.#answer(requestId, activity, (decodeNow) => {
        const actor = this.#actor(taskId);
        const values = decodeNow({ header: args, buffers: noBuffers });
        const call = (given: unknown): unknown => {
          const callable: unknown = actor[method];
          if (typeof callable !== 'function')
            throw new TypeError(`the actor ${owner?.key ?? ''} has no method '${method}'`);
          return activities.run(
            activity,
            () => Reflect.apply(callable as UserFunction, actor, given as unknown[]) as unknown,
          );
        };
        return values instanceof Promise ? values.then(call) : call(values);
      });
    });
  }

  actorGet(requestId: number, taskId: TaskId, property: string): void {
    this.#waiting.push(() => {
      const owner = this.#parts.actorActivity(taskId);
      const activity = new Activity(0, `${owner?.key ?? 'actor'}.${property}`, performance.now(), owner);
      this.#answer(requestId, activity, () => activities.run(activity, () => this.#actor(taskId)[property]));
    });
  }

  #actor(taskId: TaskId): Record<string, unknown> {
    if (!this.#parts.pinned.has(taskId))
      throw new ActorGoneError('the actor is gone: its thread or its last future ended');
    return this.#parts.pinned.get(taskId) as Record<string, unknown>;
  }

  /** Replies with what the work gives, now or later. Without an id only errors are told. */
  #answer(requestId: number | undefined, activity: Activity, work: (decodeNow: DecodeNow) => unknown): void {
    const { outbox, workerName } = this.#parts;
    const failed = (error: unknown): void => {
      if (activity.hasEnded) return;
      endCall(activity);
      const report = reportError(error, { key: activity.key, worker: workerName });
      if (requestId !== undefined) threadReports.replyError(outbox.fields, requestId, report);
      else threadReports.event(outbox.fields, 'warning', { ...report, value: undefined, timeMs: Date.now() });
    };
    const succeeded = (value: unknown): void => {
      if (activity.hasEnded) return;
      try {
        const { header } = encode(value, inOnePiece);
        endCall(activity);
        if (requestId !== undefined) threadReports.reply(outbox.fields, requestId, header);
      } catch (error) {
        failed(error);
      }
    };
    activity.onEscaped = (_activity, error) => {
      failed(error);
      this.#parts.flush();
    };
    try {
      const value = work((frames) => this.#decode(frames));
      if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return succeeded(value);
      Promise.resolve(value)
        .then(succeeded, failed)
        .finally(() => this.#parts.flush());
    } catch (error) {
      failed(error);
    }
  }

  #decode(frames: Frames): unknown {
    try {
      return decode(frames, this.#parts.decodeOptions);
    } catch (error) {
      if (error instanceof ModulesNotLoadedError) return decodeAsync(frames, this.#parts.decodeOptions);
      throw error;
    }
  }
}

type DecodeNow = (frames: Frames) => unknown;

/** A call of an actor leaves its timers to the actor. */
function endCall(activity: Activity): void {
  if (activity.owner === undefined) activity.end();
  else activity.hasEnded = true;
}
