/** The errors that the core itself makes: reports under stable codes, in words for people. */
import type { ErrorReport, WorkerDeath } from '@covey/protocol/internal';
import type { Refusal } from './clients.js';
import type { CoreState } from './core-state.js';
import type { Worker } from './workers.js';

/** Codes of cancellations. */
export const CANCELLED = 'ERR_COVEY_CANCELLED';
export const DATA_LOST = 'ERR_COVEY_DATA_LOST';
const DEPENDENCY_RELEASED = 'ERR_COVEY_DEPENDENCY_RELEASED';

export function keyConflict(key: string): ErrorReport {
  return {
    name: 'KeyConflictError',
    code: 'ERR_COVEY_KEY_CONFLICT',
    message:
      `The key ${key} already names a task with another function, other arguments, dependencies or options. ` +
      'Give this one another key, or release the futures of the other first.',
    key,
  };
}

export function dependencyReleased(key: string, id: number): Refusal {
  return {
    kind: 'cancelled',
    code: DEPENDENCY_RELEASED,
    reason: `${key} depends on task ${id} of the same client, which was released or never submitted`,
  };
}

export function pinnedConflict(s: CoreState, slot: number, one: number, other: number): ErrorReport {
  const key = s.keys.text(slot);
  const [a, b] = [s.keys.text(one), s.keys.text(other)];
  return {
    name: 'PinnedConflictError',
    code: 'ERR_COVEY_PINNED_CONFLICT',
    message:
      `${key} needs ${a} and ${b}, whose values can't leave the threads that made them, and these are different threads. ` +
      'Make both in one task, or let one of them be a value that can travel.',
    key,
    details: { keys: [a, b] },
  };
}

export function restrictedPinConflict(s: CoreState, slot: number, pin: number): ErrorReport {
  const key = s.keys.text(slot);
  const pinned = s.keys.text(pin);
  const worker = s.workers.get(s.tasks.holder[pin]!)!;
  return {
    name: 'PinnedConflictError',
    code: 'ERR_COVEY_PINNED_CONFLICT',
    message: `${key} must run on ${worker.address}, which ${pinned} can't leave, but its restrictions exclude that worker.`,
    key,
    details: { keys: [pinned], worker: worker.address },
  };
}

export function actorGone(key: string): ErrorReport {
  return {
    name: 'ActorGoneError',
    code: 'ERR_COVEY_ACTOR_GONE',
    message: `The actor ${key} is gone with the thread in which it lived, and so is its state. Submit it again for a new one.`,
    key,
  };
}

export function killedWorker(
  key: string,
  worker: Worker,
  attempts: number,
  death: WorkerDeath | undefined,
): ErrorReport {
  const how =
    death === undefined
      ? 'the connection to it was lost'
      : death.overMemory
        ? 'it was ended for using too much memory'
        : death.signal !== null
          ? `it was ended by ${death.signal}`
          : `it exited with status ${death.exitCode ?? 'unknown'}`;
  return {
    name: 'KilledWorkerError',
    code: 'ERR_COVEY_KILLED_WORKER',
    message:
      `${attempts} worker${attempts === 1 ? '' : 's'} died while ${key} ran; the last was ${worker.name} (${worker.address}): ${how}. ` +
      "It isn't tried again.",
    key,
    worker: worker.address,
    details: {
      attempts,
      exitCode: death?.exitCode ?? null,
      signal: death?.signal ?? null,
      overMemory: death?.overMemory ?? false,
      memory: death?.memory ?? [],
      memoryLimit: death?.memoryLimit ?? worker.hello.memoryLimit,
      stderr: death?.stderr ?? '',
    },
  };
}

export function threadsEnded(key: string, worker: Worker, times: number): ErrorReport {
  return {
    name: 'ThreadEndedError',
    code: 'ERR_COVEY_THREAD_ENDED',
    message:
      `The compute thread of ${key} was ended ${times} times, the last time on ${worker.name}, because of another task in it that would not stop; it isn't tried again. ` +
      'When it waits for that task itself, let that one heed its signal (getTask().signal), or run it on another worker.',
    key,
    worker: worker.address,
    details: { times },
  };
}

export function noWorker(key: string, afterMs: number, restrictions: unknown): ErrorReport {
  return {
    name: 'NoWorkerError',
    code: 'ERR_COVEY_NO_WORKER',
    message: `No worker that may run ${key} came within ${afterMs} ms: it asks for ${JSON.stringify(restrictions)}.`,
    key,
  };
}
