import type { AttemptId } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { Flag } from './task-table.js';

/** Asks the worker to stop the attempt. The task stays processing until the worker answers. */
export function stopAttempt(s: CoreState, slot: number, reason: string): void {
  const { tasks } = s;
  if (tasks.has(slot, Flag.stopping)) return;
  tasks.set(slot, Flag.stopping);
  const worker = s.workers.get(tasks.place[slot]!)!;
  s.output.cancelAttempt(worker.id, tasks.taskId(slot), tasks.attempt[slot]! as AttemptId, reason);
}
