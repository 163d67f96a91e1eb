/** One task: from a function and its arguments to a future. */
import { critically, describeValue } from '@covey/protocol/internal';
import type { ClientTaskId, FunctionBlob, TaskOptions } from '@covey/protocol/internal';
import { KeyConflictError, UsageError } from '../errors.js';
import type { Future } from '../future.js';
import type { Session } from '../session/session.js';
import type { View } from '../session/view.js';
import { captureTask, definitionOf, encodeWhole, keyByContent } from '../values/codec.js';
import type { CapturedTask } from '../values/codec.js';
import { LARGE_ARGUMENT_BYTES, liftLargeArguments } from './large-arguments.js';

export type AnyFunction = (...args: never[]) => unknown;

/** Submits one call. See {@link Executor.submit}. */
export function submitTask(session: Session, view: View, fn: AnyFunction, args: readonly unknown[]): Future<unknown> {
  if (typeof fn !== 'function') throw new UsageError(`submit takes a function first, not ${describeValue(fn)}`);
  session.checkRoom();
  view.checkSignal();
  return critically(() => submitWhole(session, view, fn, args));
}

function submitWhole(session: Session, view: View, fn: AnyFunction, args: readonly unknown[]): Future<unknown> {
  const captured = captureTask(fn, view.pure);
  const chosen = view.takeKey();
  if (!view.pure && chosen === undefined)
    return sendCall(session, view, view.optionsFor('unique'), captured, args, undefined, undefined);
  const content = view.pure ? view.keyOf(keyByContent(captured, args)) : undefined;
  const key = chosen ?? content;
  const held = key === undefined || !view.shares ? undefined : session.heldTask(key);
  if (held !== undefined) {
    if (chosen !== undefined) checkDefinition(session, chosen, content);
    return session.handles.later(held);
  }
  const options = view.optionsFor(chosen !== undefined ? 'given' : content === undefined ? 'unique' : 'content');
  return sendCall(session, view, options, captured, args, key, chosen === undefined ? undefined : content);
}

/** The name under which tasks of a function are shown, and by which their keys begin. */
export function nameOf(blob: FunctionBlob): string {
  return blob.name === '' ? 'anonymous' : blob.name;
}

/** @throws KeyConflictError when a held task of this key computes something else */
function checkDefinition(session: Session, key: string, definition: string | undefined): void {
  const held = session.definitionOf(key);
  if (held !== undefined && definition !== undefined && held === definition) return;
  throw new KeyConflictError(
    `A task '${key}' is held that ${held === definition || held === undefined ? 'cannot be compared with this call' : 'computes something else, or under other options'}: ` +
      'release its futures first (one that was only dropped counts until it is collected), or give another key',
    { data: { key } },
  );
}

function sendCall(
  session: Session,
  view: View,
  options: TaskOptions,
  captured: CapturedTask,
  args: readonly unknown[],
  key: string | undefined,
  definition: string | undefined,
): Future<unknown> {
  const fn = session.useFunction(captured.blob);
  let encoded = encodeWhole(args, 'arguments');
  if (encoded.bytes.byteLength > LARGE_ARGUMENT_BYTES) {
    encoded = encodeWhole(liftLargeArguments(session, fn.name, args), 'arguments');
  }
  const dependencies = dependencyIds(session, captured.futures, encoded.futures);
  const id = session.table.allocate(1);
  const keys = key === undefined ? (fn.origin.prefix as string) : [key];
  const definitions = definition === undefined ? null : [definitionOf(definition)];
  session.sendRun(options, fn.id, id, 1, keys, encoded.bytes, null, dependencies, definitions);
  view.watch(session, id, 1);
  if (view.settings.actor === true) {
    session.markActor(id, fn.name);
    // By its key an actor is found from inside tasks.
    if (key === undefined) session.table.setKey(id, session.futureKey(id, fn.origin.prefix));
  }
  if (key === undefined) return session.handles.first(id, fn.origin);
  if (view.shares) session.nameTask(id, key, definition);
  else session.table.setKey(id, key);
  return session.handles.first(id);
}

/** Ids of what a task depends on: what its function captured, then what its arguments hold; null for nothing. */
export function dependencyIds(
  session: Session,
  captured: readonly Future<unknown>[],
  inArguments: readonly Future<unknown>[],
): ClientTaskId[] | null {
  if (captured.length === 0 && inArguments.length === 0) return null;
  const ids: ClientTaskId[] = [];
  for (const future of captured) ids.push(session.handles.idOf(future));
  for (const future of inArguments) ids.push(session.handles.idOf(future));
  return ids;
}
