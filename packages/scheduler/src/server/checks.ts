/**
 * The edge for messages: whether what a peer put into the fields of a batch has the types and sizes that the message has.
 * A check that fails is a {@link ProtocolError}, which ends that peer's session and nothing else. What ids mean is the core's to check.
 *
 * These run for every message, so they are plain loops without closures.
 */
import { ProtocolError } from '@covey/protocol';
import { checkValue, describeValue, MAX_KEY_LENGTH, MAX_NAME_LENGTH, taskOptionKinds } from '@covey/protocol/internal';
import type { CancelScope, FunctionBlob, TaskOptions, TaskRun, WorkerHeartbeat } from '@covey/protocol/internal';

export const MAX_RUN_LENGTH = 1_000_000;
const MAX_IDS = 10_000_000;

export function checkId(value: unknown, what: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(what, 'an id', value);
}

export function checkIds(values: unknown, what: string): void {
  if (!Array.isArray(values) || values.length > MAX_IDS) throw wrong(what, 'a list of ids', values);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as unknown;
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(what, 'a list of ids', value);
  }
}

/** Pairs of first id and count. */
export function checkRanges(values: unknown, what: string): void {
  checkIds(values, what);
  if ((values as unknown[]).length % 2 !== 0) throw wrong(what, 'pairs of first id and count', values);
}

export function checkText(value: unknown, what: string, maxLength = MAX_NAME_LENGTH): void {
  if (typeof value !== 'string' || value.length > maxLength) {
    throw wrong(what, `text of at most ${maxLength} characters`, value);
  }
}

export function checkNumber(value: unknown, what: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(what, 'a number', value);
}

export function checkFlag(value: unknown, what: string): void {
  if (typeof value !== 'boolean') throw wrong(what, 'true or false', value);
}

const CANCEL_SCOPES: ReadonlySet<unknown> = new Set<CancelScope>(['numbers', 'client', 'everybody']);

export function checkCancelScope(value: unknown): void {
  if (!CANCEL_SCOPES.has(value)) throw wrong('whose tasks to cancel', [...CANCEL_SCOPES].join(', '), value);
}

export function checkBytes(value: unknown, what: string): void {
  if (!(value instanceof Uint8Array)) throw wrong(what, 'bytes', value);
}

export function checkFunction(blob: FunctionBlob): void {
  checkText(blob.hash, 'the hash of a function', 200);
  checkText(blob.name, 'the name of a function');
  checkId(blob.references, 'the references of a function');
  checkBytes(blob.header, 'the header of a function');
  if (!Array.isArray(blob.buffers)) throw wrong('the buffers of a function', 'a list', blob.buffers);
  for (const buffer of blob.buffers as unknown[]) checkBytes(buffer, 'a buffer of a function');
}

/** The run as a whole: counts agree, and every key, end and dependency has its type. */
export function checkRun(run: TaskRun): void {
  checkId(run.optionsId, "a run's options");
  checkId(run.functionId, "a run's function");
  checkId(run.firstId, "a run's first id");
  const { count, keys, args, argumentEnds, dependencies, definitions } = run;
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_RUN_LENGTH) {
    throw wrong("a run's count", `a whole number from 1 to ${MAX_RUN_LENGTH}`, count);
  }
  checkId(run.firstId + count, "a run's last id");
  if (typeof keys === 'string') checkKey(keys);
  else {
    checkLength(keys, count, "a run's keys");
    for (let i = 0; i < count; i++) checkKey(keys[i]);
  }
  checkBytes(args, "a run's arguments");
  if (argumentEnds === null) {
    if (count !== 1) throw wrong("a run's ends of arguments", `${count} numbers`, argumentEnds);
  } else {
    checkLength(argumentEnds, count, "a run's ends of arguments");
    let before = 0;
    for (let i = 0; i < count; i++) {
      const end = argumentEnds[i] as number;
      if (!Number.isSafeInteger(end) || end < before || end > args.length) {
        throw wrong("a run's ends of arguments", `rising, at most ${args.length}`, end);
      }
      before = end;
    }
  }
  if (definitions !== null) {
    checkIds(definitions, "a run's definitions");
    checkLength(definitions, count, "a run's definitions");
  }
  if (dependencies === null) return;
  checkIds(dependencies, "a run's dependencies");
  if (dependencies.length % count !== 0) {
    throw wrong("a run's dependencies", `equally many for each of ${count} tasks`, dependencies);
  }
}

/** Options with nothing in them but what is known, each of its kind. */
export function readTaskOptions(value: unknown): TaskOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('options', 'a map', value);
  const options: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(taskOptionKinds)) {
    const given = (value as Record<string, unknown>)[name];
    if (given === undefined || given === null) continue;
    checkValue(given, kind, `the option '${name}'`, ProtocolError);
    options[name] = given;
  }
  return options;
}

/** A heartbeat is shown and counted with, so its figures must be numbers. */
export function checkHeartbeat(figures: WorkerHeartbeat): void {
  if (typeof figures !== 'object' || figures === null) throw wrong('a heartbeat', 'a map', figures);
  for (const [name, value] of Object.entries(figures))
    if (name !== 'memory' && name !== 'fetched') checkNumber(value, `a heartbeat's ${name}`);
  for (const pair of figures.fetched ?? []) {
    checkLength(pair, 2, "a heartbeat's transfers");
    checkId(pair[0], 'a peer');
    checkNumber(pair[1], 'bytes of a transfer');
  }
  if (typeof figures.memory !== 'object' || figures.memory === null) {
    throw wrong("a heartbeat's memory", 'a map', figures.memory);
  }
  for (const [name, value] of Object.entries(figures.memory)) checkNumber(value, `a heartbeat's ${name} memory`);
}

function checkKey(key: unknown): void {
  if (typeof key !== 'string' || key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw wrong('a key', `text of 1 to ${MAX_KEY_LENGTH} characters`, key);
  }
}

function checkLength(values: unknown, length: number, what: string): void {
  if (!Array.isArray(values) || values.length !== length) throw wrong(what, `a list of ${length}`, values);
}

function wrong(what: string, expected: string, value: unknown): ProtocolError {
  return new ProtocolError(`${what} must be ${expected}, not ${describeValue(value)}`);
}
