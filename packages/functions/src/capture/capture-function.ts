/** Captures a function for sending: its blob, what identifies it, and which objects of the sender's it refers to. */
import { nameOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { digest } from '../hashing/digest.js';
import { hashFrames } from '../hashing/hash-arguments.js';
import { ownProperty } from '../property.js';
import { borrowEncoder, returnEncoder } from '../values/encoder.js';
import type { Frames } from '../values/encoder.js';
import { intrinsicKind } from '../values/intrinsic-prototypes.js';

/** A function (or class) as it was when it was captured. */
export interface CapturedFunction {
  /** Of the blob: equal hashes mean equal blobs. */
  readonly hash: string;
  /**
   * What the function does, for keys: its source as run, its captures, the versions of packages; no paths, no lines.
   * Undefined when something that it captures can't be hashed.
   */
  readonly identity: string | undefined;
  /** To show: its own name, or where it stands. */
  readonly name: string;
  /** For the thread that runs it; opaque to everybody else. */
  readonly blob: Frames;
  /** The objects that `reference` recognised, in the order of their numbers. */
  readonly references: readonly object[];
}

export interface CaptureOptions {
  /** Recognises objects that are not encoded but referred to: futures, executors. */
  readonly reference?: (value: object) => boolean;
  /** Names such an object in the identity (a future's key). Without it, or undefined, the identity is undefined. */
  readonly referenceIdentity?: (value: object) => string | undefined;
  /** Whether `identity` is wanted; default true. Calls that are not pure save its time. */
  readonly identity?: boolean;
  /** What to call the function in errors; default its name. */
  readonly path?: string;
}

const withoutCaptures = new WeakMap<AnyFunction, CapturedFunction>();

/**
 * Captures a function with all that it closes over, synchronously, as it is now.
 *
 * @throws NotSerializableError naming the path to what can't travel.
 * @example
 * ```ts
 * let k = 2;
 * const captured = captureFunction((x: number) => x * k);
 * const run = await new FunctionRuntime({}).load(captured.blob);
 * ```
 */
export function captureFunction(fn: AnyFunction, options: CaptureOptions = {}): CapturedFunction {
  const known = withoutCaptures.get(fn);
  if (known !== undefined && isBare(fn)) return known;
  const references: object[] = [];
  const { reference } = options;
  const encoder = borrowEncoder();
  try {
    encoder.start({
      path: options.path ?? titleOf(fn),
      ...(reference === undefined
        ? {}
        : {
            reference: (value) => {
              if (!reference(value)) return -1;
              const index = references.indexOf(value);
              return index >= 0 ? index : references.push(value) - 1;
            },
          }),
    });
    const buffers: Uint8Array[] = [];
    encoder.encode(fn, buffers);
    const blob: Frames = { header: encoder.out.copy(), buffers };
    const names = references.map((value) => options.referenceIdentity?.(value));
    // What closes over nothing is captured once: then the identity costs nothing either, whoever wants it later.
    const isFree = encoder.functions.code.isFreeOfCaptures && isBare(fn);
    const wantsIdentity = options.identity !== false || isFree;
    const captured: CapturedFunction = {
      hash: hashFrames(blob),
      identity:
        !wantsIdentity || names.includes(undefined) ? undefined : identityOf(encoder.canonical(fn), names as string[]),
      name: titleOf(fn),
      blob,
      references,
    };
    if (isFree) withoutCaptures.set(fn, captured);
    return captured;
  } finally {
    returnEncoder(encoder);
  }
}

function identityOf(canonical: Uint8Array, references: readonly string[]): string {
  return digest(references.length === 0 ? canonical : `${digest(canonical)}\0${references.join('\0')}`);
}

function titleOf(fn: AnyFunction): string {
  const name = nameOf(fn);
  return name === '' ? 'lambda' : name;
}

const bareKeys: ReadonlySet<string | symbol> = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

/** Nothing was hung onto the function since, and nothing was put in the place of its prototype. */
function isBare(fn: AnyFunction): boolean {
  if (!Object.isExtensible(fn) || !Reflect.ownKeys(fn).every((key) => bareKeys.has(key))) return false;
  const prototype: unknown = ownProperty(fn, 'prototype')?.value;
  if (prototype === undefined) return true;
  if (typeof prototype !== 'object' || prototype === null || Reflect.ownKeys(prototype).length !== 1) return false;
  return (
    ownProperty(prototype, 'constructor')?.value === fn &&
    intrinsicKind(Object.getPrototypeOf(prototype) as object | null) === 'Object'
  );
}
