/**
 * What becomes of an executor, or of a cluster, that a function captures: inside the task it is the task's own executor. Here
 * only its place is marked; the compute thread knows how to fill it.
 */
import { registerSerializer } from '@covey/functions';
import { UsageError } from '../errors.js';
import { ExecutorBase } from './base.js';

/** On cluster objects, so that they are recognised without being known here. */
const CLUSTER = Symbol.for('covey.cluster');

let registered = false;

/** Makes executors and clusters encodable in this process; done when the first executor is made. */
export function letExecutorsTravel(): void {
  if (registered) return;
  registered = true;
  registerSerializer<object, null>({
    name: 'covey.executor',
    test: (value) => value instanceof ExecutorBase || (value as Record<symbol, unknown>)[CLUSTER] === true,
    encode: () => null,
    decode: () => {
      throw new UsageError('An executor came back in a result: executors work where they were made, or inside tasks');
    },
  });
}
