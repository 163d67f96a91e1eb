/** What the core answers: plain data, made when asked for. */
import type { ClientId, ErrorReport, TaskId, TaskSelection, WorkerId, WorkerInfo } from '@covey/protocol/internal';
import type { TaskFailure, TaskInfo, TaskRestrictions } from '@covey/protocol';
import type { CoreState } from './core-state.js';
import { holdersOf } from './holders.js';
import type { RestrictionClass } from './restrictions.js';
import { State, TASK_STATES } from './states.js';
import type { TaskState, VisibleState } from './states.js';
import type { CoreQueries } from './surface.js';
import { Flag } from './task-table.js';
import { wishesOf } from './wishes.js';
import type { Worker } from './workers.js';

/** The slots that a selection names (by its client's ids, or by keys) and that exist; those of all tasks when it names nothing. */
export function selectSlots(s: CoreState, clientId: ClientId | null, selection: TaskSelection): number[] {
  const slots = new Set<number>();
  const client = clientId === null ? undefined : s.clients.get(clientId);
  for (const id of selection.ids ?? []) slots.add(client?.tasks.get(id) ?? -1);
  for (const key of selection.keys ?? []) slots.add(s.keys.find(key));
  if (namesNothing(selection)) {
    for (let slot = 0; slot < s.tasks.used; slot++) if (s.tasks.state[slot] !== State.forgotten) slots.add(slot);
  }
  slots.delete(-1);
  return [...slots];
}

/** Whether a selection stands for all tasks. */
export function namesNothing(selection: TaskSelection): boolean {
  return selection.ids === undefined && selection.keys === undefined;
}

/** So many dependents are looked at for a client; beyond them nobody is found. */
const MOST_LOOKED_AT = 1000;

/** The clients that have a number for a task; of one whose futures are gone, those that have one for its nearest dependents. */
export function clientsBehind(s: CoreState, slot: number): ClientId[] {
  const { tasks, edges } = s;
  const seen = new Set([slot]);
  for (const at of seen) {
    const clients = new Set(wishesOf(s, at).map((wish) => wish.client));
    if (clients.size > 0) return [...clients];
    for (let edge = tasks.firstDependent[at]!; edge !== -1 && seen.size < MOST_LOOKED_AT; edge = edges.next[edge]!) {
      seen.add(edges.from[edge]!);
    }
  }
  return [];
}

/** Workers by address, name or host; all without a selection. */
export function selectWorkers(s: CoreState, selection: readonly string[] | undefined): Worker[] {
  const all = [...s.workers.all()];
  if (selection === undefined) return all;
  const names = new Set(selection);
  return all.filter((worker) => names.has(worker.address) || names.has(worker.name) || names.has(worker.host));
}

export function stateCounts(s: CoreState): Record<TaskState, number> {
  return Object.fromEntries(TASK_STATES.map((name, index) => [name, s.tasks.counts[index]!])) as Record<
    TaskState,
    number
  >;
}

/** The name of a task's function. */
export function nameOf(s: CoreState, slot: number): string {
  const fn = s.tasks.fn[slot]!;
  return fn === -1 ? 'scatter' : s.functions.at(fn).blob.name;
}

/** Tasks by state for each function name: one look at each task, and no object for any. */
export function countsByName(s: CoreState): { readonly name: string; readonly counts: Record<TaskState, number> }[] {
  const { tasks } = s;
  const states = TASK_STATES.length;
  const numbers = new Map<string, number>();
  // By function, shifted by one: scattered data has none.
  const rows = new Int32Array(s.functions.capacity + 1).fill(-1);
  const counts: number[] = [];
  for (let slot = 0; slot < tasks.used; slot++) {
    const state = tasks.state[slot]!;
    if (state === State.forgotten) continue;
    const fn = tasks.fn[slot]! + 1;
    let row = rows[fn]!;
    if (row === -1) {
      const name = nameOf(s, slot);
      row = numbers.get(name) ?? numbers.size;
      if (row === numbers.size) {
        numbers.set(name, row);
        for (let i = 0; i < states; i++) counts.push(0);
      }
      rows[fn] = row;
    }
    counts[row * states + state]!++;
  }
  return [...numbers].map(([name, row]) => ({
    name,
    counts: Object.fromEntries(TASK_STATES.map((state, i) => [state, counts[row * states + i]!])) as Record<
      TaskState,
      number
    >,
  }));
}

export function describeNode(s: CoreState, slot: number): NonNullable<ReturnType<CoreQueries['taskNode']>> {
  const { tasks, edges, keys } = s;
  const dependencies: TaskId[] = [];
  for (let i = 0; i < tasks.edgeCount[slot]!; i++) {
    dependencies.push(tasks.taskId(edges.to[tasks.firstEdge[slot]! + i]!));
  }
  const state = TASK_STATES[tasks.state[slot]!] as VisibleState;
  return { key: keys.text(slot), name: nameOf(s, slot), state, dependencies };
}

export function describeTask(s: CoreState, slot: number): TaskInfo {
  const { tasks, edges, keys } = s;
  const addressOf = (id: number): string => s.workers.get(id)?.address ?? `worker ${id}`;
  const options = tasks.options[slot] === -1 ? null : s.options.at(tasks.options[slot]!);
  const cold = tasks.coldIfAny(slot);
  const dependencies: number[] = [];
  for (let i = 0; i < tasks.edgeCount[slot]!; i++) dependencies.push(edges.to[tasks.firstEdge[slot]! + i]!);
  const dependents: string[] = [];
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    dependents.push(keys.text(edges.from[edge]!));
  }
  const isProcessing = tasks.state[slot] === State.processing;
  const isWaiting = tasks.state[slot] === State.waiting;
  return {
    key: keys.text(slot),
    taskId: tasks.taskId(slot),
    state: TASK_STATES[tasks.state[slot]!] as VisibleState,
    name: nameOf(s, slot),
    nbytes: tasks.nbytes[slot]!,
    type: s.types.at(tasks.type[slot]!),
    ...(isProcessing ? { processingOn: addressOf(tasks.place[slot]!), started: tasks.has(slot, Flag.started) } : {}),
    whoHas: holdersOf(s, slot).map(addressOf),
    dependencies: dependencies.map((dependency) => keys.text(dependency)),
    dependents,
    waitingOn: isWaiting
      ? dependencies.filter((dependency) => tasks.state[dependency] !== State.memory).map((it) => keys.text(it))
      : [],
    wantedBy: [
      ...wishesOf(s, slot)
        .filter((wish) => wish.wanted)
        .map((wish) => s.clients.get(wish.client)!.name),
      ...(cold?.keepers ?? []),
      ...(tasks.has(slot, Flag.untilEnded) ? ['fire-and-forget'] : []),
    ],
    priority: options?.priority ?? 0,
    retriesLeft: (options?.retries ?? 0) - (cold?.retriesUsed ?? 0),
    suspicion: cold?.suspicion ?? 0,
    ...(options?.restrictions == null ? {} : { restrictions: describeRestrictions(options.restrictions) }),
    ...(cold?.error === undefined ? {} : { error: asText(cold.error) }),
  };
}

/** What was thrown stays bytes, which nobody here reads: it comes with the task's future. */
function asText({ value: _value, ...told }: ErrorReport): TaskFailure {
  return told;
}

/** Restrictions as their submitter wrote them. */
export function describeRestrictions(restrictions: RestrictionClass): TaskRestrictions {
  return {
    ...(restrictions.names === null ? {} : { workers: [...restrictions.names], allowOtherWorkers: restrictions.loose }),
    ...(restrictions.resources.length === 0 ? {} : { resources: Object.fromEntries(restrictions.resources) }),
  };
}

export function describeWorker(worker: Worker, now: number): WorkerInfo {
  const { hello, figures } = worker;
  return {
    id: worker.id,
    name: worker.name,
    address: worker.address,
    host: worker.host,
    pid: hello.pid,
    nthreads: worker.nthreads,
    memoryLimit: hello.memoryLimit,
    resources: worker.resources,
    status: worker.status,
    processing: worker.processing,
    completed: worker.completed,
    bytesReceived: figures?.bytesReceived ?? 0,
    bytesSent: figures?.bytesSent ?? 0,
    held: worker.held,
    heldBytes: worker.heldBytes,
    occupancyMs: worker.load + worker.queuedMs,
    memory: { ...figures?.memory },
    cpu: figures?.cpu ?? 0,
    lastSeenMs: Math.max(0, now - worker.lastSeenMs),
    versions: hello.versions,
  };
}

/** Keys by worker address: of results held, or of attempts. */
export function keysByWorker(
  s: CoreState,
  workers: readonly Worker[],
  what: 'held' | 'processing',
): Record<string, readonly string[]> {
  const { tasks } = s;
  const lists = new Map<WorkerId, string[]>(workers.map((worker) => [worker.id, []]));
  for (let slot = 0; slot < tasks.used; slot++) {
    const state = tasks.state[slot];
    if (what === 'processing') {
      if (state === State.processing) lists.get(tasks.place[slot]! as WorkerId)?.push(s.keys.text(slot));
    } else if (state === State.memory) for (const id of holdersOf(s, slot)) lists.get(id)?.push(s.keys.text(slot));
  }
  return Object.fromEntries(workers.map((worker) => [worker.address, lists.get(worker.id)!]));
}
