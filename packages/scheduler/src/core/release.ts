/**
 * What nobody needs is dropped, what nobody keeps is forgotten.
 *
 * A result stays while somebody holds the task or an unfinished dependent needs it. A definition stays while somebody
 * holds the task or any dependent isn't forgotten: so whatever is lost can be computed again.
 */
import type { CoreState } from './core-state.js';
import { dropAllHolders } from './holders.js';
import { dropResultHolds } from './result-holds.js';
import { loseUpload, mayArrive } from './scatter.js';
import { State } from './states.js';
import { stopAttempt } from './stop.js';
import { Flag } from './task-table.js';
import { withdraw } from './transitions.js';
import { wishesOf } from './wishes.js';

/** Looks at every task on `slack`, and at what its going sets free. To be called when a stimulus ends. */
export function settle(s: CoreState): void {
  const { tasks, slack } = s;
  while (slack.length > 0) {
    const slot = slack.pop();
    const before = tasks.state[slot];
    if (before === State.forgotten) continue;
    if (before === State.waiting && tasks.has(slot, Flag.scattered)) {
      if (!tasks.isKept(slot)) withdraw(s, slot);
      else if (!mayArrive(s, slot)) loseUpload(s, slot);
    } else if (!tasks.isNeeded(slot)) {
      if (before === State.memory) dropResult(s, slot);
      else if (before === State.processing) stopAttempt(s, slot, 'nobody needs its result any more');
      else if (before === State.waiting || before === State.queued || before === State.noWorker) withdraw(s, slot);
      if (tasks.has(slot, Flag.cold)) dropResultHolds(s, slot);
    }
    const state = tasks.state[slot];
    if ((state === State.released || state === State.erred) && !tasks.isKept(slot)) forget(s, slot);
  }
}

/** memory → released: the result is needed by nobody. Leaves its holders, who are told, and the cache. */
function dropResult(s: CoreState, slot: number): void {
  dropAllHolders(s, slot);
  s.cache.drop(slot);
  s.tasks.clear(slot, Flag.pinned);
  s.move(slot, State.released);
}

/** released or erred → forgotten: leaves every table. Dependencies whose last dependent it was are looked at next. */
function forget(s: CoreState, slot: number): void {
  const { tasks, edges } = s;
  s.move(slot, State.forgotten);
  const first = tasks.firstEdge[slot]!;
  const count = tasks.edgeCount[slot]!;
  for (let edge = first; edge < first + count; edge++) {
    const dependency = edges.to[edge]!;
    const head = edges.unlink(edge, tasks.firstDependent[dependency]!);
    tasks.firstDependent[dependency] = head;
    if (head === -1) s.slack.push(dependency);
  }
  edges.free(first, count);
  // Numbers that clients have for inner tasks, which they never held.
  if (tasks.client[slot] !== 0) {
    for (const wish of wishesOf(s, slot)) s.clients.get(wish.client)?.tasks.delete(wish.id);
  }
  s.keys.remove(slot);
  if (tasks.argsChunk[slot] !== -1) s.args.drop(tasks.argsChunk[slot]!);
  if (tasks.fn[slot] !== -1) s.functions.drop(tasks.fn[slot]!);
  if (tasks.options[slot] !== -1) s.options.drop(tasks.options[slot]!);
  tasks.free(slot);
}
