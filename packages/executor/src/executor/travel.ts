/**
 * What becomes of an executor, a cluster, an actor, or a lock, queue or their like, that a function captures: inside the task it
 * is the task's own executor, the same actor, and the object of the same name. Encoded, only its place is marked.
 */
import { registerSerializer } from '@covey/functions';
import { actorByKey } from '../actors/actor.js';
import { madeOf } from '../coordination/coordinated.js';
import type { MadeOf } from '../coordination/coordinated.js';
import { Event } from '../coordination/event.js';
import { Lock, MultiLock } from '../coordination/lock.js';
import { Queue } from '../coordination/queue.js';
import { Semaphore } from '../coordination/semaphore.js';
import { Variable } from '../coordination/variable.js';
import { UsageError } from '../errors.js';
import type { ExecutorBase } from './base.js';

/** On executors and cluster objects, so that they are recognised by every copy of this package, and without being known. */
const MARKS = [Symbol.for('covey.executor'), Symbol.for('covey.cluster')] as const;

const COORDINATION: Readonly<Record<string, new (executor: never, ...args: never[]) => object>> = {
  event: Event,
  lock: Lock,
  'multi-lock': MultiLock,
  queue: Queue,
  semaphore: Semaphore,
  variable: Variable,
};

let registered = false;

/**
 * Makes executors, clusters, locks and queues encodable in this thread; done when the first executor is made. `ownExecutor`: of
 * the thread, when it is one in which tasks run; there it stands for every executor that arrives.
 */
export function letExecutorsTravel(ownExecutor?: () => object): void {
  if (registered && ownExecutor === undefined) return;
  registered = true;
  registerSerializer<object, MadeOf | null>({
    name: 'covey.executor',
    test: (value) => madeOf in value || MARKS.some((mark) => (value as Record<symbol, unknown>)[mark] === true),
    encode: (value) => (madeOf in value ? (value[madeOf] as MadeOf) : null),
    decode: (what) => {
      if (ownExecutor === undefined) {
        throw new UsageError(
          `${what === null ? 'An executor' : `The ${what[0]}`} came back in a result: it works where it was made, or inside tasks`,
        );
      }
      return what === null ? ownExecutor() : makeAgain(what, ownExecutor());
    },
  });
}

function makeAgain([kind, ...args]: MadeOf, executor: object): object {
  if (kind === 'actor') return actorByKey(executor as ExecutorBase, ...(args as [key: string, type: string]));
  const Class = COORDINATION[kind];
  if (Class === undefined) throw new UsageError(`A task was given a ${kind}, which this version does not know`);
  return new Class(executor as never, ...(args as never[]));
}
