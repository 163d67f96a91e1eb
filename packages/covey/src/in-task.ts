/** What tasks may ask about themselves, typed for users: workers know no executor, so this is where it gets its type. */
import type { Executor } from '@covey/executor';
import { getExecutor as executorOfTask } from '@covey/worker';

/**
 * An executor of the cluster that the running task belongs to. Waiting for its futures does not hold the task's slot.
 *
 * @example
 * ```ts
 * const fibonacci = async (n: number): Promise<number> => {
 *   if (n < 2) return n;
 *   const executor = getExecutor();
 *   const [a, b] = await executor.gather(executor.map(fibonacci, [n - 1, n - 2]));
 *   return a + b;
 * };
 * ```
 * @throws NotInTaskError outside of a task.
 */
export function getExecutor(): Executor {
  return executorOfTask() as Executor;
}
