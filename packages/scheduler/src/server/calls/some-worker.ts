/** Calls that need a worker: a cluster that has just been started gets its workers in a moment. */
import { CallTimeoutError, UnknownWorkerError } from '@covey/protocol';
import type { CallSession, ServerParts } from './call-table.js';

/** Workers that a call names, or that follow those that it avoids, may still be starting. */
const NAMED_WORKER_TIMEOUT_MS = 10_000;

interface WorkersWaitedFor {
  readonly workers?: readonly string[];
  readonly avoid?: readonly string[];
  /** For the wait for any worker. Default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Waits until one of these workers is there and takes work; of all workers when none are named and none are to be avoided.
 * @throws {UnknownWorkerError} when those that were named, or others, don't come; {@link CallTimeoutError} when none comes in time;
 *   the signal's reason
 */
export async function untilSomeWorker(
  { conditions, core, now, waitingHint }: ServerParts,
  { workers: names, avoid = [], timeoutMs }: WorkersWaitedFor,
  { client, signal }: CallSession,
  what: string,
): Promise<void> {
  const isThere = () =>
    core.selectWorkers(names).some((id) => {
      const worker = core.worker(id, now());
      return worker?.status === 'running' && !avoid.includes(worker.address);
    });
  if (isThere()) return;
  if (names === undefined && avoid.length === 0) {
    const done = waitingHint.waits(client);
    try {
      await conditions.until(isThere, { signal, timeoutMs, what: `there is no worker ${what}` });
    } finally {
      done();
    }
    return;
  }
  try {
    await conditions.until(isThere, { signal, timeoutMs: NAMED_WORKER_TIMEOUT_MS, what: 'waiting for a worker' });
  } catch (error) {
    if (!(error instanceof CallTimeoutError)) throw error;
    const which = names === undefined ? '' : ` ${names.map((name) => `'${name}'`).join(', ')}`;
    const others = avoid.length === 0 ? '' : ` beside ${avoid.join(', ')}`;
    throw new UnknownWorkerError(`there is no worker${which}${others} ${what}`);
  }
}
