/**
 * The executor's one door to `@covey/functions`: how values, arguments and functions become bytes here.
 *
 * Futures inside a value aren't encoded but counted: the bytes refer to them by number, in the order in which they were met.
 */
import { createHash } from 'node:crypto';
import {
  captureFunction,
  ChunkWriter,
  decode,
  decodeAsync,
  encode,
  hashArguments,
  keyOfCall,
  ModulesNotLoadedError,
} from '@covey/functions';
import type {
  CapturedFunction,
  CaptureOptions,
  DecodeOptions,
  EncodeOptions,
  Frames,
  HashOptions,
} from '@covey/functions';
import { cutText, MAX_NAME_LENGTH } from '@covey/protocol/internal';
import type { FunctionBlob } from '@covey/protocol/internal';
import { Future } from '../future.js';

export { ModulesNotLoadedError };

/** Says that bytes hold more than a primitive value. */
export const NOT_PRIMITIVE = Symbol('not a primitive');

/** What encodings refer to instead of containing it; serves one encoding after another. */
interface References<Referred extends object> {
  /** The referred objects met since {@link found} was last emptied, each once. */
  found: Referred[];
  /** To be given to the encoder. */
  readonly options: EncodeOptions;
}

/** One is made for each call: closures, since instances of a class took six times as long as all of a small encoding. */
function collectReferences<Referred extends object = Future<unknown>>(
  isReferred: (value: object) => boolean,
  path?: string,
  outOfBandBytes?: number,
): References<Referred> {
  const reference = (value: object): number => {
    if (!isReferred(value)) return -1;
    const at = references.found.indexOf(value as Referred);
    return at >= 0 ? at : references.found.push(value as Referred) - 1;
  };
  const references: References<Referred> = {
    found: [],
    options: {
      reference,
      ...(path !== undefined && { path }),
      ...(outOfBandBytes !== undefined && { outOfBandBytes }),
    },
  };
  return references;
}

const isFuture = (value: object): boolean => value instanceof Future;

/** A value in pieces, and the futures (or what `isReferred` says) in it. */
export function encodeFrames(
  value: unknown,
  path?: string,
  isReferred: (value: object) => boolean = isFuture,
): { frames: Frames; futures: readonly Future<unknown>[] } {
  const references = collectReferences(isReferred, path);
  const frames = encode(value, references.options);
  return { frames, futures: references.found };
}

/** A value in one piece, and the futures in it. */
export function encodeWhole(value: unknown, path?: string): { bytes: Uint8Array; futures: readonly Future<unknown>[] } {
  const references = collectReferences(isFuture, path, Infinity);
  const { header } = encode(value, references.options);
  return { bytes: header, futures: references.found };
}

/** Decodes what needs no module that isn't loaded. */
export function decodeValue(bytes: Uint8Array, futures?: readonly Future<unknown>[]): unknown {
  const frames = { header: bytes, buffers: [] };
  return futures === undefined ? decode(frames) : decode(frames, { reference: (index) => futures[index] });
}

/** Decodes anything; imports the modules that functions in it use. */
export async function decodeFrames(frames: Frames, futures?: readonly Future<unknown>[]): Promise<unknown> {
  return decodeWith(frames, futures === undefined ? undefined : { reference: (index) => futures[index] });
}

/** As {@link decodeFrames}, of a result: futures in it are made by their keys. */
export async function decodeResult(frames: Frames, named: (key: string) => Future<unknown>): Promise<unknown> {
  return decodeWith(frames, { named });
}

async function decodeWith(frames: Frames, options: DecodeOptions | undefined): Promise<unknown> {
  try {
    return decode(frames, options);
  } catch (error) {
    if (!(error instanceof ModulesNotLoadedError)) throw error;
    return decodeAsync(frames, options);
  }
}

const VERSION = 0x10;
const OBJECTS_FROM = 0xa0;

/** The value of an encoding if that is a number, a string or the like; else {@link NOT_PRIMITIVE}. */
export function decodePrimitive(bytes: Uint8Array): unknown {
  const kind = bytes[1] as number;
  if (bytes[0] !== VERSION || kind === undefined) return NOT_PRIMITIVE;
  if (kind < 0x80) return kind;
  if (kind >= OBJECTS_FROM && (kind < 0xb0 || kind > 0xb9)) return NOT_PRIMITIVE;
  return decode({ header: bytes, buffers: [] });
}

/** A function ready to travel, and the futures that it captures. */
export interface CapturedTask {
  readonly blob: FunctionBlob;
  /** What it computes, by content, captured futures by their keys; undefined when that can't be said. */
  readonly identity: string | undefined;
  readonly futures: readonly Future<unknown>[];
}

const captureOptions: CaptureOptions = {
  reference: isFuture,
  referenceIdentity: (value) => (value as Future<unknown>).key,
};

/** What was made of captures that functions shares between calls. */
const tasksOf = new WeakMap<CapturedFunction, CapturedTask>();

const captureWithoutIdentity: CaptureOptions = { ...captureOptions, identity: false };

/**
 * Captures a function with the values that it closes over now. `wantsIdentity`: whether a key will be made of its content.
 *
 * @throws NotSerializableError with the path to the culprit
 */
export function captureTask(fn: CallableFunction, wantsIdentity: boolean): CapturedTask {
  const captured = captureFunction(fn, wantsIdentity ? captureOptions : captureWithoutIdentity);
  let task = tasksOf.get(captured);
  if (task === undefined) {
    const { hash, blob, references, identity } = captured;
    // Whatever a computed name was made of, it is for people.
    const name = cutText(captured.name, MAX_NAME_LENGTH);
    const futures = references as readonly Future<unknown>[];
    task = { blob: { hash, name, references: futures.length, ...blob }, identity, futures };
    tasksOf.set(captured, task);
  }
  return task;
}

/** The name that stands for an object in a key; undefined when it has none, and then nothing it is part of can be hashed. */
export type KeyOf = (value: object) => string | undefined;

const hashOptions: HashOptions = captureOptions;

/**
 * The key of a call by content: the same in every process for equal functions, arguments and dependencies. Undefined when
 * something in it can't be compared by content.
 */
export function keyByContent({ blob, identity }: CapturedTask, args: readonly unknown[]): string | undefined {
  return identity === undefined ? undefined : keyOfCall(blob.name, identity, hashArguments(args, hashOptions));
}

/** A key by content as a number above 0, by which the scheduler tells whether a key that a person chose stands for the same call. */
export function definitionOf(content: string): number {
  return createHash('sha256').update(content).digest().readUIntBE(0, 6) + 1;
}

/** As {@link keyByContent} for calls whose arguments refer to more than futures. */
export function keyByContentOf(
  { blob, identity }: CapturedTask,
  args: readonly unknown[],
  isReferred: (value: object) => boolean,
  keyOf: KeyOf,
): string | undefined {
  if (identity === undefined) return undefined;
  return keyOfCall(blob.name, identity, hashArguments(args, { reference: isReferred, referenceIdentity: keyOf }));
}

/** A hash of a value by content, for scattered data; undefined when there is none. */
export function hashValue(value: unknown): string | undefined {
  return hashArguments([value]);
}

/** Argument lists one after another in one blob: what a map or a graph sends. */
export class ChunkEncoder<Referred extends object = Future<unknown>> {
  readonly #writer = new ChunkWriter();
  readonly #references: References<Referred>;
  #last = 0;

  /** `isReferred`: what lists refer to instead of containing it; default futures. */
  constructor(isReferred: (value: object) => boolean = isFuture) {
    this.#references = collectReferences<Referred>(isReferred, 'arguments', Infinity);
  }

  /** Bytes so far. */
  get length(): number {
    return this.#writer.length;
  }

  /** Bytes of the list appended last. */
  get lastBytes(): number {
    return this.#writer.length - this.#last;
  }

  /** Appends one list; answers what it refers to, to be read before the next. */
  append(args: readonly unknown[]): readonly Referred[] {
    this.#last = this.#writer.length;
    if (this.#references.found.length > 0) this.#references.found = [];
    this.#writer.append(args, this.#references.options);
    return this.#references.found;
  }

  /** Takes the last list back. */
  undo(): void {
    this.#writer.truncate(this.#last);
  }

  /** The blob; starts anew. */
  take(): Uint8Array {
    this.#last = 0;
    return this.#writer.take();
  }
}
