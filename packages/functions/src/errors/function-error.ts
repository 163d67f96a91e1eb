/**
 * The errors of this package. Each has a stable `code` and is recognised across realms (a jest context, a notebook's) and
 * across copies of this package by registered symbols, the same that the rest of Covey uses: all are `CoveyError`s.
 */
const base = 'ERR_COVEY';

function marker(code: string): symbol {
  return Symbol.for(`covey.error.${code}`);
}

/** What the reference page of errors says of a class: the same as of the errors of other packages. */
export interface FunctionsErrorKind {
  readonly code: string;
  readonly name: string;
  /** When this happens, one sentence. */
  readonly summary: string;
  /** What the reader can do about it, one sentence. */
  readonly remedy: string;
}

/** What all errors of this package have in common. */
export abstract class FunctionsError extends Error {
  /** The code of the class's instances; what `instanceof` compares. */
  static readonly code: string = `${base}_FUNCTIONS`;
  /** Stable across versions; for programs. */
  abstract readonly code: string;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return (
      typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker(this.code)] === true
    );
  }

  static {
    mark(this);
  }
}

function mark(errorClass: { readonly code: string; readonly prototype: object }): void {
  for (const code of [base, errorClass.code]) {
    Object.defineProperty(errorClass.prototype, marker(code), { value: true });
  }
}

/**
 * A value, or something inside of it, cannot be sent to another process. `path` says where it was found, and the
 * message what can be done about it.
 */
export class NotSerializableError extends FunctionsError {
  static override readonly code = 'ERR_COVEY_NOT_SERIALIZABLE';

  static {
    mark(this);
  }

  readonly code = NotSerializableError.code;
  override readonly name = 'NotSerializableError';
  /** From the root to the culprit: `job → options.db → Socket`. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot send ${path}: ${reason}`, options);
    this.path = path;
  }
}

/** Bytes that are not what `encode` wrote, or were cut. */
export class MalformedValueError extends FunctionsError {
  static override readonly code = 'ERR_COVEY_MALFORMED_VALUE';

  static {
    mark(this);
  }

  readonly code = MalformedValueError.code;
  override readonly name = 'MalformedValueError';
}

/** `decode` met modules that have to be imported first: use `decodeAsync`, or load them. */
export class ModulesNotLoadedError extends FunctionsError {
  static override readonly code = 'ERR_COVEY_MODULES_NOT_LOADED';

  static {
    mark(this);
  }

  readonly code = ModulesNotLoadedError.code;
  override readonly name = 'ModulesNotLoadedError';
  /** What is missing, as the sender imported it. */
  readonly specifiers: readonly string[];

  constructor(specifiers: readonly string[]) {
    super(`Modules have to be imported before this can be decoded: ${specifiers.join(', ')}. Use decodeAsync.`);
    this.specifiers = specifiers;
  }
}

/** A package that a function uses is not installed where the function runs, or in another version. */
export class ModuleMismatchError extends FunctionsError {
  static override readonly code = 'ERR_COVEY_MODULE_MISMATCH';

  static {
    mark(this);
  }

  readonly code = ModuleMismatchError.code;
  override readonly name = 'ModuleMismatchError';
}

/** All classes of this package that are thrown, for the reference page of errors. */
export const functionsErrorKinds: readonly FunctionsErrorKind[] = [
  {
    code: NotSerializableError.code,
    name: 'NotSerializableError',
    summary: 'Something in a function, argument or result cannot be sent to another process.',
    remedy: 'Read the message: it has the path to it, and the way out; `registerSerializer` for classes of packages.',
  },
  {
    code: ModuleMismatchError.code,
    name: 'ModuleMismatchError',
    summary: 'A package that a function uses is not installed where the function runs, or in another version.',
    remedy: 'Install the same version there, or start the worker in a folder that has it.',
  },
  {
    code: MalformedValueError.code,
    name: 'MalformedValueError',
    summary: 'Bytes that should be a value are not, or are cut; or they need a serializer that is not registered here.',
    remedy: 'Run the same version of Covey everywhere, and register serializers in the preload of workers too.',
  },
  {
    code: ModulesNotLoadedError.code,
    name: 'ModulesNotLoadedError',
    summary: 'A value was decoded at once although modules that it needs have to be imported first.',
    remedy: 'Only tools that decode by themselves see it: use `decodeAsync`.',
  },
];
