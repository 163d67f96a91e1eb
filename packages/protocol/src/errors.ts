/**
 * The one base error of Covey and the registry of its kinds.
 *
 * Errors cross process boundaries and may be made by another copy of this module (a bundle, a notebook realm), so `instanceof` goes by a registered
 * symbol and not by prototype identity. A kind is declared once, with the text that the reference page of errors prints. The only concrete kind here is the one that decoders need.
 */

/** What every Covey error accepts beside its message. */
export interface CoveyErrorOptions {
  readonly cause?: unknown;
  /** Facts about the failure that travel with the error between processes; plain data only. */
  readonly data?: unknown;
}

/** How a kind of error is declared. */
export interface ErrorKind {
  /** Stable identifier, e.g. `ERR_COVEY_AUTHENTICATION`; what programs compare. */
  readonly code: string;
  /** The class's name, kept through minifiers. */
  readonly name: string;
  /** When this happens, one sentence. */
  readonly summary: string;
  /** What the reader can do about it, one sentence. */
  readonly remedy: string;
}

/** A class made by {@link defineError}. */
export type CoveyErrorClass<E extends CoveyError = CoveyError> = new (
  message: string,
  options?: CoveyErrorOptions,
) => E;

const markers = new WeakMap<object, symbol>();
const kinds = new Map<string, { readonly kind: ErrorKind; readonly errorClass: CoveyErrorClass }>();

/**
 * The base of every error that Covey throws on purpose.
 *
 * @example
 * ```ts
 * try { await connect(address, options); } catch (error) { if (error instanceof CoveyError) console.error(error.code); }
 * ```
 */
export class CoveyError extends Error {
  declare readonly code: string;
  /** Facts that travelled with the error, if any. */
  declare readonly data?: unknown;

  static {
    defineError(this, {
      code: 'ERR_COVEY',
      name: 'CoveyError',
      summary: 'The base of all errors of Covey.',
      remedy: 'Look at the code of the error.',
    });
  }

  constructor(message: string, options: CoveyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.data !== undefined) Object.defineProperty(this, 'data', { value: options.data, enumerable: true });
  }

  /** True for instances made in another realm or by another copy of this module too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const marker = markers.get(this);
    if (marker === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/**
 * Declares a class as a kind of Covey error. Call it in the class's static block:
 * ```ts
 * export class KilledWorkerError extends CoveyError {
 *   static { defineError(this, { code: 'ERR_COVEY_KILLED_WORKER', name: 'KilledWorkerError', summary: '…', remedy: '…' }); }
 * }
 * ```
 */
export function defineError(errorClass: CoveyErrorClass, kind: ErrorKind): void {
  const marker = Symbol.for(`covey.error.${kind.code}`);
  markers.set(errorClass, marker);
  Object.defineProperties(errorClass.prototype, {
    [marker]: { value: true },
    code: { value: kind.code, configurable: true },
    name: { value: kind.name, configurable: true },
  });
  kinds.set(kind.code, { kind, errorClass });
}

/** Gives an error the code and name of a kind whose class is not declared here: `instanceof` holds with the class of whoever has it. */
export function markAs(error: CoveyError, { code, name }: Pick<ErrorKind, 'code' | 'name'>): void {
  Object.defineProperties(error, {
    [Symbol.for(`covey.error.${code}`)]: { value: true },
    code: { value: code },
    name: { value: name },
  });
}

/** All declared kinds, ordered by code: the source of the reference page of errors. */
export function errorKinds(): readonly ErrorKind[] {
  return [...kinds.values()].map((entry) => entry.kind).sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The peer sent something that the protocol does not allow. Its own connection is closed and nothing else. */
export class ProtocolError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_PROTOCOL',
      name: 'ProtocolError',
      summary: 'A peer sent something that the protocol does not allow; its connection was closed.',
      remedy: 'Check that both sides run the same version and that nothing else writes to this port.',
    });
  }
}

/** An error as it travels: its code (if a Covey error), name, message and opaque facts. */
export type ErrorRecord = readonly [code: string | null, name: string, message: string, data: unknown];

/** The record of whatever was thrown. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof CoveyError) return [error.code, error.name, error.message, error.data ?? null];
  if (error instanceof Error) return [null, error.name, error.message, null];
  return [null, 'Error', String(error), null];
}

/** The class declared under a code, in this process. */
export function errorClassOf(code: string): CoveyErrorClass | undefined {
  return kinds.get(code)?.errorClass;
}
