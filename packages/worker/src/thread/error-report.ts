/** What was thrown, as it travels: always something, whatever was thrown and however badly it behaves. */
import { encode } from '@covey/functions';
import { cutText, MAX_NAME_LENGTH } from '@covey/protocol/internal';
import type { ErrorReport } from '@covey/protocol/internal';

/** Larger errors travel as text only. */
const VALUE_LIMIT = 4 << 20;
/** Longer texts are cut. */
const TEXT_LIMIT = 1 << 16;
/** How many causes of causes have their stacks cut. */
const CAUSES_LIMIT = 8;
/** One blob: reports are passed on by many. */
const inOnePiece = { outOfBandBytes: Infinity };

/** Whose error it is. */
export interface Origin {
  readonly key: string;
  readonly worker: string;
}

/**
 * Reports what user code threw. Errors of Covey itself (a future's error that the task let through, a value that can't be
 * decoded) travel by code and data; everything else as its own value too.
 */
export function reportError(thrown: unknown, origin: Origin): ErrorReport {
  const { key, worker } = origin;
  if (!isErrorLike(thrown)) {
    return { name: typeof thrown, message: textOf(() => describe(thrown)), key, worker, ...valueOf(thrown) };
  }
  const report = {
    name: cutText(textOf(() => thrown.name) || 'Error', MAX_NAME_LENGTH),
    message: textOf(() => thrown.message),
    stack: userFrames(textOf(() => thrown.stack)),
    key,
    worker,
  };
  const code = textOf(() => (thrown as { code?: unknown }).code);
  if (!code.startsWith('ERR_COVEY_')) {
    trimCauses(thrown);
    return { ...report, ...valueOf(thrown) };
  }
  const details = plainDetails(thrown);
  return details === undefined ? { ...report, code } : { ...report, code, details };
}

/** Without the frames of this thread's own code, which called the user's, and may have been called by it. */
function userFrames(stack: string): string {
  const lines = stack.split('\n');
  const isFrame = (line: string): boolean => /^\s+at /.test(line);
  const isOurs = (line: string): boolean => isFrame(line) && line.includes(import.meta.filename);
  const first = lines.findIndex((line) => isFrame(line) && !isOurs(line));
  if (first < 0) return lines.filter((line) => !isOurs(line)).join('\n');
  const end = lines.findIndex((line, index) => index > first && isOurs(line));
  const frames = lines.slice(first, end < 0 ? undefined : end);
  return [...lines.slice(0, first).filter((line) => !isOurs(line)), ...frames].join('\n');
}

/** Causes travel as they are, inside of the error: their stacks are cut in place. */
function trimCauses(thrown: Error): void {
  let cause: unknown = thrown.cause;
  for (let depth = 0; depth < CAUSES_LIMIT && cause instanceof Error; depth++) {
    const stack = textOf(() => (cause as Error).stack);
    try {
      cause.stack = userFrames(stack);
    } catch {
      // Frozen: it keeps the stack that it has.
    }
    cause = cause.cause;
  }
}

/** Errors of any realm, and what looks like one. */
function isErrorLike(thrown: unknown): thrown is Error {
  if (typeof thrown !== 'object' || thrown === null) return false;
  if (thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]') return true;
  return thrown instanceof DOMException;
}

function describe(thrown: unknown): unknown {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  return JSON.stringify(thrown);
}

/** A getter that throws, or gives something else than text, leaves it empty. */
function textOf(read: () => unknown): string {
  try {
    const text = read();
    return typeof text === 'string' ? text.slice(0, TEXT_LIMIT) : '';
  } catch {
    return '';
  }
}

function valueOf(thrown: unknown): { value: Uint8Array } | object {
  try {
    const { header } = encode(thrown, inOnePiece);
    return header.length <= VALUE_LIMIT ? { value: header } : {};
  } catch {
    // It can't travel; its name, message and stack do.
    return {};
  }
}

function plainDetails(error: object): Readonly<Record<string, unknown>> | undefined {
  const { data } = error as { data?: unknown };
  return typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : undefined;
}
