/** Where running tasks are in their code, by key: asked of V8's inspector, which answers while a thread is busy. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskId } from '@covey/protocol/internal';
import type { ThreadHandle } from './compute-threads.js';
import type { Incarnation } from './incarnation.js';
import { ThreadInspector } from './thread-inspector.js';

const SUSPENDED = 'waits for a future or an event';
const AWAITS = 'awaits something (a timer, the network): no code of it runs at the moment';
const UNKNOWN = 'not known: its thread does not answer while native code runs';
/** How long it is looked whether a thread does anything. */
const LOOK_MS = 30;
/** A thread that does less than this part of the time waits. */
const IDLE = 0.1;

export async function callStacks(
  worker: Incarnation,
  taskIds: readonly TaskId[] | undefined,
): Promise<Record<string, string>> {
  const stacks: Record<string, string> = {};
  const onThreads: { readonly key: string; readonly thread: ThreadHandle }[] = [];
  for (const { taskId, key, thread: id, attempt } of worker.core.running()) {
    const thread = worker.threads.get(id);
    if (thread === undefined || taskIds?.includes(taskId) === false) continue;
    if (thread.control.running === attempt) onThreads.push({ key, thread });
    else stacks[key] = SUSPENDED;
  }
  if (onThreads.length === 0) return stacks;
  // A thread in which nothing happens would not answer the inspector before something does.
  const before = onThreads.map(({ thread }) => thread.loopUtilization());
  await delay(LOOK_MS);
  const inspector = new ThreadInspector();
  try {
    for (const [i, { key, thread }] of onThreads.entries()) {
      const isIdle = thread.loopUtilization(before[i]).utilization < IDLE;
      const stack = isIdle ? '' : await inspector.callStack(thread.nodeThreadId);
      stacks[key] = stack === '' ? AWAITS : (stack ?? UNKNOWN);
    }
  } finally {
    inspector.close();
  }
  return stacks;
}
