/** Where a result is, for a client that wants to fetch it. */
import type { Located, TaskId } from '@covey/protocol/internal';
import type { CoreState } from './core-state.js';
import { holdersOf, isActor } from './holders.js';
import { State } from './states.js';
import { Flag } from './task-table.js';

/** Answers for a slot, or -1 for a task that is unknown. */
export function locateResult(s: CoreState, slot: number): Located {
  if (slot === -1) return { taskId: 0 as TaskId, nbytes: 0, type: '', addresses: [] };
  const { tasks } = s;
  const taskId = tasks.taskId(slot);
  const nbytes = tasks.nbytes[slot]!;
  const type = s.types.at(tasks.type[slot]!);
  if (tasks.state[slot] !== State.memory) return { taskId, nbytes, type, addresses: [] };
  const addresses = holdersOf(s, slot).map((id) => s.workers.get(id)!.address);
  if (isActor(s, slot)) return { taskId, nbytes, type, addresses, actor: true };
  if (tasks.has(slot, Flag.pinned)) {
    return { taskId, nbytes, type, addresses, pinned: tasks.coldIfAny(slot)?.whyPinned ?? '' };
  }
  const inline = s.cache.get(slot);
  return inline === null ? { taskId, nbytes, type, addresses } : { taskId, nbytes, type, inline, addresses };
}
