/** Where running tasks are in their code, by key: asked of V8's inspector, which answers while a thread is busy. */
import type { TaskId } from '@covey/protocol/internal';
import type { Incarnation } from './incarnation.js';
import { ThreadInspector } from './thread-inspector.js';

export async function callStacks(
  worker: Incarnation,
  taskIds: readonly TaskId[] | undefined,
): Promise<Record<string, string>> {
  const wanted = worker.core.running().filter(({ taskId }) => taskIds === undefined || taskIds.includes(taskId));
  const stacks: Record<string, string> = {};
  if (wanted.length === 0) return stacks;
  const inspector = new ThreadInspector();
  try {
    for (const { key, thread, attempt } of wanted) {
      const handle = worker.threads.get(thread);
      if (handle === undefined) continue;
      const isRunning = handle.control.running === attempt;
      stacks[key] = isRunning ? await inspector.callStack(handle.nodeThreadId) : 'waits for a future or an event';
    }
  } finally {
    inspector.close();
  }
  return stacks;
}
