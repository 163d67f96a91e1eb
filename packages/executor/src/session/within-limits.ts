/** Requests that end by a signal or after a time. */
import { systemClock } from '@covey/protocol/internal';
import { WaitTimeoutError } from '../errors.js';
import type { WaitOptions } from '../future.js';

/**
 * Does `work` under limits. Its own calls take the signal.
 *
 * @param late - what hasn't happened when time is up: "the data was not on its workers"
 * @throws WaitTimeoutError after `timeoutMs`; the signal's reason; what the work throws
 */
export async function withinLimits<T>(
  { signal, timeoutMs }: WaitOptions,
  late: () => string,
  work: (call: { readonly signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return work(signal === undefined ? {} : { signal });
  const limit = new AbortController();
  const end = () => limit.abort(new WaitTimeoutError(`${late()} within ${timeoutMs} ms`));
  const timer = systemClock.setTimer(end, timeoutMs);
  try {
    return await work({ signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]) });
  } finally {
    systemClock.clearTimer(timer);
  }
}
