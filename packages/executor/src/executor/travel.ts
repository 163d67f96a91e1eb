/**
 * What becomes of an executor, or of a cluster, that a function captures: inside the task it is the task's own executor.
 * Encoded, only its place is marked.
 */
import { registerSerializer } from '@covey/functions';
import { UsageError } from '../errors.js';

/** On executors and cluster objects, so that they are recognised by every copy of this package, and without being known. */
const MARKS = [Symbol.for('covey.executor'), Symbol.for('covey.cluster')] as const;

let registered = false;

/**
 * Makes executors and clusters encodable in this thread; done when the first executor is made. `ownExecutor`: of the thread,
 * when it is one in which tasks run; there it stands for every executor that arrives.
 */
export function letExecutorsTravel(ownExecutor?: () => object): void {
  if (registered && ownExecutor === undefined) return;
  registered = true;
  registerSerializer<object, null>({
    name: 'covey.executor',
    test: (value) => MARKS.some((mark) => (value as Record<symbol, unknown>)[mark] === true),
    encode: () => null,
    decode: () => {
      if (ownExecutor !== undefined) return ownExecutor();
      throw new UsageError('An executor came back in a result: executors work where they were made, or inside tasks');
    },
  });
}
