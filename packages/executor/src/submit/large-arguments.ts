/**
 * Arguments too large for a control connection. They go to a worker by the data plane, as scattered data on which the task
 * then depends, and the person is told once, because scattering it once and passing the future would do it only once.
 */
import { formatBinaryBytes } from '@covey/protocol/internal';
import type { Future } from '../future.js';
import type { Session } from '../session/session.js';
import { encodeFrames } from '../values/codec.js';
import { scatterOne } from './scatter.js';

/** Argument lists above this many bytes are taken apart. */
export const LARGE_ARGUMENT_BYTES = 2 ** 20;

const warned = new WeakSet<Session>();

/** The arguments, with each large one replaced by a future of it. */
export function liftLargeArguments(
  session: Session,
  functionName: string,
  args: readonly unknown[],
  isReferred?: (value: object) => boolean,
): unknown[] {
  let largest = 0;
  const lifted = args.map((arg, i) => {
    if (arg === null || (typeof arg !== 'object' && typeof arg !== 'string')) return arg;
    const { frames, futures } = encodeFrames(arg, `argument ${i + 1}`, isReferred);
    const nbytes = frames.buffers.reduce((sum, buffer) => sum + buffer.byteLength, frames.header.byteLength);
    // What holds futures has to be resolved by the task itself, and stays in its arguments.
    if (nbytes < LARGE_ARGUMENT_BYTES / 4 || futures.length > 0) return arg;
    largest = Math.max(largest, nbytes);
    // Upload later, value now: what the caller does to it after `submit` must not show.
    const copied = { header: frames.header, buffers: frames.buffers.map((buffer) => new Uint8Array(buffer)) };
    return holdUntilUsed(scatterOne(session, arg, copied));
  });
  if (largest > 0 && !warned.has(session)) {
    warned.add(session);
    session.settings.logger.warn(
      `An argument of ${functionName} has ${formatBinaryBytes(largest)}. It is sent to a worker once for each call: ` +
        'when several calls use it, `const data = await executor.scatter(value)` and pass `data`. (Said once.)',
    );
  }
  return lifted;
}

/** The task that depends on it keeps it from here on: the release travels behind the task. */
function holdUntilUsed(future: Future<unknown>): Future<unknown> {
  setImmediate(() => future.release());
  return future;
}
