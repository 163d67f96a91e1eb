/**
 * Futures anywhere in a structure to the values of their tasks. One pass finds what to wait for, one counter waits, one pass
 * builds the answer: nothing is made per future, so that a million of them are gathered in well under a second.
 */
import { byteLimit, oneOf } from '@covey/protocol/internal';
import type { Kinds } from '@covey/protocol/internal';
import { Future, waitKinds } from '../future.js';
import type { WaitOptions } from '../future.js';
import { Elsewhere } from '../session/result-reader.js';
import type { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import { sayUnsettled, untilDeadline, whenAllSettled } from '../session/waiting.js';
import { decodeFrames, decodeValue, ModulesNotLoadedError } from '../values/codec.js';

/** How results are brought together. */
export interface GatherOptions extends WaitOptions {
  /**
   * What an erred, cancelled or lost future does: 'raise' (default) throws its error; 'skip' leaves it out of arrays, sets,
   * maps and objects, and gives undefined for a lone one.
   */
  readonly errors?: 'raise' | 'skip';
  /** Most bytes that may be brought into this process by this call. Default: the executor's `maxGatherBytes`, 4 GiB. */
  readonly maxBytes?: number;
}

export const gatherKinds: Kinds<GatherOptions> = { ...waitKinds, errors: oneOf('raise', 'skip'), maxBytes: byteLimit };

/** Marks what is left out. */
const skipped = Symbol('skipped');
/** Marks what is put into its place later; where there are places, the mark keeps it until then. */
const comesLate = Symbol('comes late');

export async function gatherValues(
  session: Session,
  structure: unknown,
  options: GatherOptions,
  defaultMaxBytes: number,
): Promise<unknown> {
  const ids = collectIds(session, structure);
  const isPending = (id: number) => session.table.state(id) === State.pending;
  const late = () => sayUnsettled(ids.filter(isPending).length, ids.length, options.timeoutMs);
  const raise = options.errors !== 'skip';
  const failed = (id: number) => {
    const state = session.table.state(id);
    return state !== State.finished && state !== State.pending;
  };
  const limits = untilDeadline(options);
  // A result whose worker dies while others are waited for is pending again.
  for (;;) {
    const waiting = whenAllSettled(session.table, ids, limits(), late, raise ? failed : undefined);
    if (waiting === undefined) break;
    await (session.settings.aroundWait?.(() => waiting) ?? waiting);
    if (raise && ids.some(failed)) break;
  }
  const failure = raise ? ids.find(failed) : undefined;
  if (failure !== undefined) throw await session.results.whyNone(failure);
  const fetched = await fetchElsewhere(session, ids, options, options.maxBytes ?? defaultMaxBytes);
  const build = new Builder(session, fetched, raise);
  const value = build.of(structure);
  const result = build.late.length === 0 ? value : await Promise.all(build.late).then(() => value);
  return result === skipped ? undefined : build.lone(result);
}

/** The ids of all futures in a structure, in order; several times when they are there several times. */
function collectIds(session: Session, structure: unknown): number[] {
  const ids: number[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (value instanceof Future) {
      ids.push(session.handles.idOf(value));
      return;
    }
    if (!isContainer(value) || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) for (let i = 0; i < value.length; i++) visit(value[i]);
    else if (value instanceof Map || value instanceof Set) for (const item of value.values()) visit(item);
    else for (const name of Object.keys(value)) visit((value as Record<string, unknown>)[name]);
  };
  visit(structure);
  return ids;
}

/** Values of those among the tasks whose results did not come along with the news. */
async function fetchElsewhere(
  session: Session,
  ids: readonly number[],
  options: GatherOptions,
  maxBytes: number,
): Promise<Map<number, unknown>> {
  const elsewhere: number[] = [];
  let nbytes = 0;
  for (const id of ids) {
    if (session.table.state(id) !== State.finished) continue;
    nbytes += session.results.nbytesOf(id);
    if (session.table.value(id) instanceof Elsewhere) elsewhere.push(id);
  }
  if (nbytes > maxBytes) session.results.tooLarge(ids.length, nbytes, maxBytes);
  if (elsewhere.length === 0) return new Map();
  return session.results.bring(elsewhere, options, options.errors === 'skip');
}

function isContainer(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

/** Makes the structure anew with values in the places of futures. */
class Builder {
  /** Values that are still being decoded, because they need modules; each puts its value into its place. */
  readonly late: Promise<void>[] = [];
  readonly #session: Session;
  readonly #fetched: ReadonlyMap<number, unknown>;
  readonly #raise: boolean;
  readonly #made = new Map<object, unknown>();
  #lone: unknown;

  constructor(session: Session, fetched: ReadonlyMap<number, unknown>, raise: boolean) {
    this.#session = session;
    this.#fetched = fetched;
    this.#raise = raise;
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Future) return this.#result(value, (late) => (this.#lone = late));
    return this.#container(value);
  }

  /** The value of a lone future that was decoded late. */
  lone(value: unknown): unknown {
    return value === comesLate ? this.#lone : value;
  }

  #container(value: object): unknown {
    if (!isContainer(value)) return value;
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) return this.#array(value);
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    return this.#object(value as Record<string, unknown>);
  }

  #array(source: readonly unknown[]): unknown[] {
    const target: unknown[] = [];
    this.#made.set(source, target);
    for (let i = 0; i < source.length; i++) {
      const item = source[i];
      if (typeof item !== 'object' || item === null) {
        target.push(item);
      } else if (item instanceof Future) {
        const at = target.length;
        const value = this.#result(item, (late) => (target[at] = late));
        if (value !== skipped) target.push(value);
      } else {
        target.push(this.#container(item));
      }
    }
    return target;
  }

  #map(source: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const target = new Map<unknown, unknown>();
    this.#made.set(source, target);
    for (const [key, item] of source) {
      const value = this.#part(item, (late) => target.set(key, late));
      if (value !== skipped) target.set(key, value);
    }
    return target;
  }

  #set(source: ReadonlySet<unknown>): Set<unknown> {
    const target = new Set<unknown>();
    this.#made.set(source, target);
    for (const item of source) {
      const value = this.#part(item, (late) => target.add(late));
      if (value !== skipped && value !== comesLate) target.add(value);
    }
    return target;
  }

  #object(source: Record<string, unknown>): Record<string, unknown> {
    const target = Object.create(Object.getPrototypeOf(source) as object | null) as Record<string, unknown>;
    this.#made.set(source, target);
    for (const name of Object.keys(source)) {
      const put = (value: unknown) =>
        Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
      const value = this.#part(source[name], put);
      if (value !== skipped) put(value);
    }
    return target;
  }

  #part(item: unknown, put: (value: unknown) => unknown): unknown {
    if (typeof item !== 'object' || item === null) return item;
    return item instanceof Future ? this.#result(item, put) : this.#container(item);
  }

  #result(future: Future<unknown>, put: (value: unknown) => unknown): unknown {
    const { table, results } = this.#session;
    const id = this.#session.handles.idOf(future);
    if (this.#fetched.has(id)) return this.#fetched.get(id);
    if (table.state(id) !== State.finished) {
      if (!this.#raise) return skipped;
      this.late.push(
        results.whyNone(id).then((why) => {
          throw why;
        }),
      );
      return comesLate;
    }
    const kept = table.value(id);
    if (kept instanceof Elsewhere) return skipped; // Nobody could give it: asked to skip, else it had thrown.
    if (!(kept instanceof Uint8Array)) return kept;
    try {
      return decodeValue(kept);
    } catch (error) {
      if (!(error instanceof ModulesNotLoadedError)) throw error;
      this.late.push(decodeFrames({ header: kept, buffers: [] }).then((value) => void put(value)));
      return comesLate;
    }
  }
}
