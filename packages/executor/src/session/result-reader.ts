/**
 * Brings results into this process: from the news of their completion when they are small, else from the workers that hold them.
 */
import { formatBinaryBytes } from '@covey/protocol/internal';
import type { ClientTaskId, Located, Opaque, ValueFrames } from '@covey/protocol/internal';
import { GatherTooLargeError, ResultUnavailableError, UnknownKeyError } from '../errors.js';
import { actorProxy } from '../actors/actor.js';
import type { WaitOptions } from '../future.js';
import { decodeFrames, decodePrimitive, decodeResult, NOT_PRIMITIVE } from '../values/codec.js';
import { Ending, Failure } from '../values/failures.js';
import { Adoption } from './adoption.js';
import { Relay } from './relay.js';
import type { Wanted } from './relay.js';
import type { Session } from './session.js';
import { State } from './task-table.js';
import { whenSettled } from './waiting.js';

/** A finished task's result is on workers; here is only its size. */
export class Elsewhere {
  readonly nbytes: number;

  constructor(nbytes: number) {
    this.nbytes = nbytes;
  }
}

/** How often holders that turn out not to hold a result are asked for anew. */
const ATTEMPTS = 5;

export class ResultReader {
  readonly #session: Session;
  readonly #relay: Relay;

  constructor(session: Session) {
    this.#session = session;
    this.#relay = new Relay(session);
  }

  /** What the table keeps of a result that just arrived: a primitive itself, bytes, or a note that it is elsewhere. */
  received(nbytes: number, inline: Opaque | null): unknown {
    if (inline === null) return new Elsewhere(nbytes);
    const value = decodePrimitive(inline);
    return value === NOT_PRIMITIVE ? inline : value;
  }

  isElsewhere(id: number): boolean {
    return this.#session.table.value(id) instanceof Elsewhere;
  }

  /** Bytes that bringing the result takes. */
  nbytesOf(id: number): number {
    const kept = this.#session.table.value(id);
    if (kept instanceof Elsewhere) return kept.nbytes;
    return kept instanceof Uint8Array ? kept.byteLength : 8;
  }

  /** Waits until the task is no longer pending. Inside a task its slot is free meanwhile. */
  settled(id: number, options?: WaitOptions): Promise<void> {
    const { table, settings } = this.#session;
    const { aroundWait } = settings;
    const late = () =>
      `The result of '${this.#session.nameOf(id)}' was not there within ${options?.timeoutMs} ms; its task goes on`;
    if (aroundWait === undefined || table.state(id) !== State.pending) return whenSettled(table, id, options, late);
    return aroundWait(() => whenSettled(table, id, options, late));
  }

  /**
   * The value of a task, waited for. Meanwhile the task is held, even if its future is dropped or released: what was asked
   * for is answered.
   */
  result(id: number, options: WaitOptions | undefined): Promise<unknown> {
    const { table } = this.#session;
    if (table.state(id) === State.finished) {
      const kept = table.value(id);
      if (!(kept instanceof Elsewhere)) return this.#here(kept);
    } else if (table.state(id) !== State.pending) {
      return failing(this.whyNone(id));
    }
    this.#session.handles.hold(id);
    return this.settled(id, options).then(
      () => this.#take(id, options),
      (error: unknown) => {
        this.#session.handles.letGo(id);
        throw error;
      },
    );
  }

  /** The error with which a task that is not finished ended. */
  async whyNone(id: number): Promise<unknown> {
    const value = this.#session.table.value(id);
    if (value instanceof Failure) return value.error();
    if (value instanceof Ending) return value.error;
    return new UnknownKeyError(`Task ${id} is not held any more`);
  }

  /** The value of a task that has settled and is held; lets it go. */
  #take(id: number, options: WaitOptions | undefined): unknown {
    const { table } = this.#session;
    const state = table.state(id);
    const kept = table.value(id);
    if (state === State.pending || (state === State.finished && kept instanceof Elsewhere)) {
      return this.bring([id], options)
        .then((values) => values.get(id))
        .finally(() => this.#session.handles.letGo(id));
    }
    const why = state === State.finished ? undefined : this.whyNone(id);
    this.#session.handles.letGo(id);
    if (why !== undefined) return failing(why);
    return kept instanceof Uint8Array ? decodeFrames({ header: kept, buffers: [] }) : kept;
  }

  async #here(kept: unknown): Promise<unknown> {
    return kept instanceof Uint8Array ? decodeFrames({ header: kept, buffers: [] }) : kept;
  }

  /** @throws GatherTooLargeError */
  tooLarge(count: number, nbytes: number, maxBytes: number): never {
    throw new GatherTooLargeError(
      `${count === 1 ? 'The result has' : `The ${count} results together have`} ${formatBinaryBytes(nbytes)}, above the limit of ${formatBinaryBytes(maxBytes)}: ` +
        `reduce ${count === 1 ? 'it' : 'them'} by tasks first, or raise \`maxBytes\``,
      { data: { nbytes, maxBytes, count } },
    );
  }

  /**
   * Fetches results of finished tasks from workers, all those of one worker at once. A task that fails meanwhile (a lost
   * result is computed anew) throws, or with `skip` is not in the answer.
   */
  async bring(ids: readonly number[], options: WaitOptions | undefined, skip = false): Promise<Map<number, unknown>> {
    const values = new Map<number, unknown>();
    for (const id of ids) {
      const actorClass = this.#session.actorClass(id);
      if (actorClass !== undefined) {
        await this.settled(id, options);
        if (this.#session.table.state(id) === State.finished) values.set(id, actorProxy(this.#session, id, actorClass));
      }
    }
    let missing = [...new Set(ids)].filter((id) => !values.has(id));
    let absent: string[] = [];
    const readTwice = new Set<number>();
    for (let attempt = 0; missing.length > 0; attempt++) {
      await Promise.all(missing.map((id) => this.settled(id, options)));
      const finished = missing.filter((id) => this.#session.table.state(id) === State.finished);
      if (finished.length < missing.length) {
        if (!skip) {
          throw await this.whyNone(missing.find((id) => this.#session.table.state(id) !== State.finished) as number);
        }
        missing = finished;
        if (missing.length === 0) break;
      }
      if (attempt >= ATTEMPTS) throw this.#unavailable(missing);
      const call = options?.signal === undefined ? {} : { signal: options.signal };
      const located = await this.#session.call(
        'locate',
        { ids: missing as ClientTaskId[], ...(absent.length > 0 && { absent }) },
        call,
      );
      const pinned = missing.filter((_, i) => located[i]?.pinned !== undefined);
      const [first] = pinned;
      if (first !== undefined) {
        if (!skip) throw this.#pinned(first, located[missing.indexOf(first)]?.pinned ?? '');
        missing = missing.filter((id) => !pinned.includes(id));
        continue;
      }
      for (const [i, id] of missing.entries()) {
        // Somebody else's actor: only now it is known as one.
        const place = located[i];
        if (place?.actor !== true) continue;
        this.#session.markActor(id, place.type);
        values.set(id, actorProxy(this.#session, id, place.type));
      }
      if (missing.some((id) => values.has(id))) {
        missing = missing.filter((id) => !values.has(id));
        continue;
      }
      absent = [];
      await this.#fetch(missing, located, values, absent, readTwice, call);
      missing = missing.filter((id) => !values.has(id));
    }
    return values;
  }

  async #fetch(
    ids: readonly number[],
    located: readonly Located[],
    values: Map<number, unknown>,
    absent: string[],
    readTwice: Set<number>,
    call: { readonly signal?: AbortSignal },
  ): Promise<void> {
    const byAddress = new Map<string, Wanted>();
    const decoding: Promise<void>[] = [];
    const keep = async (id: number, frames: ValueFrames): Promise<void> => {
      const adoption = new Adoption(this.#session);
      const value = await decodeResult(frames, adoption.named);
      adoption.send();
      // A result that was computed again meanwhile holds others: the new one is read. Not more often, since somebody may have cancelled them.
      if ((await adoption.settled()) || readTwice.has(id)) values.set(id, value);
      else readTwice.add(id);
    };
    ids.forEach((id, i) => {
      const place = located[i];
      if (place?.inline !== undefined) {
        decoding.push(keep(id, { header: place.inline, buffers: [] }));
        return;
      }
      if (place === undefined) return;
      const reachable = place.addresses.filter((each) => !this.#relay.isUnreachable(each));
      const choice = reachable.length > 0 ? reachable : place.addresses;
      const address = choice[Math.floor(Math.random() * choice.length)];
      if (address === undefined) return;
      let group = byAddress.get(address);
      if (group === undefined) byAddress.set(address, (group = { ids: [], taskIds: [], nbytes: [] }));
      group.ids.push(id);
      group.taskIds.push(place.taskId);
      group.nbytes.push(place.nbytes);
    });
    const relay = async (address: string, group: Wanted, error?: unknown): Promise<void> => {
      if (!(await this.#relay.fetch(address, group, keep, call, error))) absent.push(address);
    };
    for (const [address, group] of byAddress) {
      if (this.#relay.isUnreachable(address)) {
        decoding.push(relay(address, group));
        continue;
      }
      decoding.push(
        this.#session.link.workers.fetch(address, group.taskIds, call).then(
          async (found) => {
            await Promise.all(
              found.map(async (frames, i) => {
                if (frames !== undefined) await keep(group.ids[i] as number, frames);
              }),
            );
            if (found.includes(undefined)) absent.push(address);
          },
          async (error: unknown) => {
            if (call.signal?.aborted === true) throw error;
            this.#session.settings.logger.debug('fetching results failed', { address, error });
            // The scheduler may reach it where this process does not, or knows that it is gone.
            await relay(address, group, error);
          },
        ),
      );
    }
    await Promise.all(decoding);
  }

  #pinned(id: number, why: string): Error {
    const name = this.#session.nameOf(id);
    return new ResultUnavailableError(
      `The result of ${name} (${this.#session.table.typeName(id)}) stays in the thread that made it. ${why} ` +
        'Or read what you need of it in a task: `executor.submit((value) => …, future)`',
      { data: { key: name, pinned: true, why } },
    );
  }

  #unavailable(ids: readonly number[]): Error {
    const names = ids.slice(0, 3).map((id) => this.#session.nameOf(id));
    return new ResultUnavailableError(
      `${ids.length === 1 ? 'A result' : `${ids.length} results`} could not be fetched from any worker: ${names.join(', ')}${ids.length > 3 ? ', …' : ''}`,
    );
  }
}

/** A promise that rejects with whatever a task threw, which need not be an error. */
async function failing(reason: Promise<unknown>): Promise<never> {
  throw await reason;
}
