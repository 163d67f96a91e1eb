/** Why a task is where it is, in words and as data. */
import type { TaskExplanation, WorkerProspect } from '@covey/protocol';
import type { CoreState } from './core-state.js';
import { bytesToMove, moveMs } from './placement.js';
import { describeTask } from './queries.js';
import { hasFree } from './restrictions.js';
import type { RestrictionClass } from './restrictions.js';
import { State } from './states.js';
import { Flag } from './task-table.js';
import type { Worker } from './workers.js';

const MOST_WORKERS = 32;

export function explainTask(s: CoreState, slot: number): TaskExplanation {
  const workers = [...s.workers.all()].slice(0, MOST_WORKERS).map((worker) => explainWorker(s, slot, worker));
  workers.sort((a, b) => Number(b.eligible) - Number(a.eligible) || a.startMs - b.startMs);
  return { ...describeTask(s, slot), because: because(s, slot), workers };
}

function explainWorker(s: CoreState, slot: number, worker: Worker): WorkerProspect {
  const why = whyNot(s, slot, worker);
  const bytes = bytesToMove(s, slot, worker.id);
  return {
    address: worker.address,
    eligible: why === null,
    ...(why === null ? {} : { because: why }),
    occupancyMs: worker.load + worker.queuedMs,
    bytesToMove: bytes,
    startMs: worker.waitMs + moveMs(s, worker, bytes),
  };
}

/** Why a worker would not be given the task now, or null. */
function whyNot(s: CoreState, slot: number, worker: Worker): string | null {
  const { tasks } = s;
  const options = tasks.options[slot] === -1 ? null : s.options.at(tasks.options[slot]!);
  const restrictions = options?.restrictions ?? null;
  if (restrictions !== null && !restrictions.eligible.has(worker.id)) return 'the restrictions exclude it';
  if (worker.retiring) return 'it is being retired';
  if (worker.paused) return 'it is paused';
  if (worker.reserved) return 'it is kept free for a task during which workers died';
  if (restrictions !== null && !hasFree(worker, restrictions)) return 'its resources are in use';
  if (!worker.isOpen) return 'it has enough to do for now';
  return null;
}

/** Restrictions as they are said. */
function inWords({ names, resources }: RestrictionClass): string {
  const parts: string[] = [];
  if (names !== null) parts.push(`it is for ${[...names].map((name) => `'${name}'`).join(' or ')}`);
  if (resources.length > 0) {
    parts.push(`it needs ${resources.map(([name, amount]) => `${amount} ${name}`).join(' and ')}`);
  }
  return parts.join(', and ');
}

function because(s: CoreState, slot: number): string {
  const { tasks } = s;
  const cold = tasks.coldIfAny(slot);
  switch (tasks.state[slot]) {
    case State.released:
      return 'Nobody needs its result now; its definition is kept for tasks that depend on it.';
    case State.waiting:
      return tasks.has(slot, Flag.scattered)
        ? 'Its data is being uploaded.'
        : `${tasks.waiting[slot]!} of its dependencies have no result yet.`;
    case State.noWorker: {
      const { restrictions } = s.options.at(tasks.options[slot]!);
      return `No worker meets its restrictions: ${inWords(restrictions!)}.`;
    }
    case State.queued:
      if (s.workers.size === 0) return 'It is ready, and there is no worker.';
      return (cold?.suspicion ?? 0) > 0
        ? 'Workers died while it ran, so it waits for its turn to run alone.'
        : 'It is ready, and runs when the workers that may run it have finished what goes before it.';
    case State.processing: {
      const address = s.workers.get(tasks.place[slot]!)!.address;
      if (tasks.has(slot, Flag.stopping)) return `${address} was told to stop it.`;
      if (tasks.has(slot, Flag.pipelined)) return `It was sent to ${address}, behind the task there that it waits for.`;
      if (tasks.has(slot, Flag.suspended)) return `It runs on ${address} and waits for tasks of its own.`;
      return tasks.has(slot, Flag.started) ? `It runs on ${address}.` : `It was sent to ${address} and waits there.`;
    }
    case State.memory:
      return 'It is done.';
    default:
      return `It failed: ${cold?.error?.message ?? 'for a reason that is not known'}`;
  }
}
