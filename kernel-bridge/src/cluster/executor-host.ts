/**
 * Makes the kernel the host of all executors of its cells, those that cells connect themselves included: they go to the
 * notebook's cluster unless they name one, what their tasks print appears under the cell that submitted them, and the kernel
 * knows which cells wait for results.
 */
import type { ExecutorHost } from '@covey/executor/internal';
import type { RequestId } from '../channel/messages.js';
import type { Output } from '../execution/output.js';
import type { ClusterChoice } from './cluster-choice.js';
import { TaskOutput } from './task-output.js';

/** Under a cell that was interrupted while it waited. */
export const WAITED_HINT =
  'The cell was waiting for tasks, and they go on: cancel them by `future.cancel()`, or many by `executor.cancel(futures)`.\n';

export interface HostedExecutors {
  /** Whether a cell waits for results of tasks. */
  readonly isWaiting: (cell: RequestId) => boolean;
}

export function hostExecutors(output: Output, choice: ClusterChoice): HostedExecutors {
  const waits = new Map<RequestId, number>();
  const taskOutput = new TaskOutput((id, name, text) => output.say({ type: 'stream', id, name, text }));
  const host: ExecutorHost = {
    output: (event) => taskOutput.hear(event, output.cell),
    origin: () => output.cell,
    cluster: () => choice.chosen,
    aroundWait: async (wait) => {
      const { cell } = output;
      waits.set(cell, (waits.get(cell) ?? 0) + 1);
      try {
        return await wait();
      } finally {
        const left = (waits.get(cell) ?? 1) - 1;
        if (left === 0) waits.delete(cell);
        else waits.set(cell, left);
      }
    },
  };
  Object.defineProperty(globalThis, Symbol.for('covey.host'), { value: host, configurable: true });
  return { isWaiting: (cell) => waits.has(cell) };
}
