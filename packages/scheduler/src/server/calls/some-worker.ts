/** Calls that need a worker: a cluster that has just been started gets its workers in a moment. */
import { CallTimeoutError, UnknownWorkerError } from '@covey/protocol';
import type { CallSession, ServerParts } from './call-table.js';

/** Workers that a call names may still be starting. */
const NAMED_WORKER_TIMEOUT_MS = 10_000;

/**
 * Waits until one of these workers is there and takes work; of all workers when none are named, and then as long as it takes.
 * @throws {UnknownWorkerError} when those that were named don't come; the signal's reason
 */
export async function untilSomeWorker(
  { conditions, core, now, waitingHint }: ServerParts,
  names: readonly string[] | undefined,
  { client, signal }: CallSession,
  what: string,
): Promise<void> {
  const isThere = () => core.selectWorkers(names).some((id) => core.worker(id, now())?.status === 'running');
  if (isThere()) return;
  if (names === undefined) {
    const done = waitingHint.waits(client);
    try {
      await conditions.until(isThere, { signal, what: 'waiting for a worker' });
    } finally {
      done();
    }
    return;
  }
  try {
    await conditions.until(isThere, { signal, timeoutMs: NAMED_WORKER_TIMEOUT_MS, what: 'waiting for a worker' });
  } catch (error) {
    if (!(error instanceof CallTimeoutError)) throw error;
    throw new UnknownWorkerError(`there is no worker ${names.map((name) => `'${name}'`).join(', ')} ${what}`);
  }
}
