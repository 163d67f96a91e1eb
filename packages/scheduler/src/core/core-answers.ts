/** What the core answers: the queries of its surface. They change nothing. */
import type {
  ClientId,
  StoryEntry,
  TaskId,
  TaskSelection,
  WorkerHeartbeat,
  WorkerId,
  WorkerInfo,
} from '@covey/protocol/internal';
import type { TaskExplanation, TaskInfo } from '@covey/protocol';
import type { CoreState } from './core-state.js';
import { explainTask } from './explain.js';
import { holdersOf } from './holders.js';
import {
  clientsBehind,
  countsByName,
  describeNode,
  describeTask,
  describeWorker,
  keysByWorker,
  nameOf,
  namesNothing,
  selectSlots,
  selectWorkers,
  stateCounts,
} from './queries.js';
import { strandedResults } from './retire.js';
import { State, TASK_STATES } from './states.js';
import type { TaskState, VisibleState } from './states.js';
import type { CoreQueries } from './surface.js';
import { Flag } from './task-table.js';
import { validateCore } from './validate.js';

/** Demand is what is believed of the durations, without the caution that windows take. */
const NO_WINDOW_MS = 0;

export class CoreAnswers implements CoreQueries {
  protected readonly state: CoreState;

  constructor(state: CoreState) {
    this.state = state;
  }

  counts(): Record<TaskState, number> {
    return stateCounts(this.state);
  }

  get underWay(): number {
    return this.state.tasks.counts[State.processing]!;
  }

  keys(limit: number, state?: TaskState): string[] {
    const { tasks, keys } = this.state;
    const wanted = state === undefined ? -1 : TASK_STATES.indexOf(state);
    const slots: number[] = [];
    for (let slot = 0; slot < tasks.used; slot++) {
      const found = tasks.state[slot]!;
      if (found !== State.forgotten && (wanted === -1 || found === wanted)) slots.push(slot);
    }
    slots.sort((a, b) => tasks.taskId(a) - tasks.taskId(b));
    return slots.slice(0, limit).map((slot) => keys.text(slot));
  }

  unplaced(): number {
    const { tasks, workers } = this.state;
    const unmet = tasks.counts[State.noWorker]!;
    return workers.size === 0 ? unmet + tasks.counts[State.queued]! : unmet;
  }

  taskInfo(key: string): TaskInfo | undefined {
    const slot = this.state.keys.find(key);
    return slot === -1 ? undefined : describeTask(this.state, slot);
  }

  explain(key: string): TaskExplanation | undefined {
    const slot = this.state.keys.find(key);
    return slot === -1 ? undefined : explainTask(this.state, slot);
  }

  story(client: ClientId | null, selection: TaskSelection): StoryEntry[] {
    const s = this.state;
    const keys = new Set(selection.keys ?? []);
    if (selection.ids !== undefined || selection.keys === undefined) {
      const { ids } = selection;
      for (const key of this.selectKeys(client, ids === undefined ? {} : { ids })) keys.add(key);
    }
    return s.story.of(
      [...keys],
      (key) => s.keys.hashOf(key),
      (worker) => s.workers.get(worker)?.address ?? `worker ${worker}`,
    );
  }

  selectKeys(client: ClientId | null, selection: TaskSelection): string[] {
    return selectSlots(this.state, client, selection).map((slot) => this.state.keys.text(slot));
  }

  whoHas(client: ClientId | null, selection: TaskSelection): Record<string, readonly string[]> {
    const s = this.state;
    const slots = selectSlots(s, client, selection);
    // Of what is named also that nobody has it; of everything only what somebody has.
    const shown = namesNothing(selection) ? slots.filter((slot) => s.tasks.state[slot] === State.memory) : slots;
    const addressOf = (id: WorkerId): string => s.workers.get(id)?.address ?? `worker ${id}`;
    return Object.fromEntries(shown.map((slot) => [s.keys.text(slot), holdersOf(s, slot).map(addressOf)]));
  }

  hasWhat(workers?: readonly string[]): Record<string, readonly string[]> {
    return keysByWorker(this.state, selectWorkers(this.state, workers), 'held');
  }

  nbytes(client: ClientId | null, selection: TaskSelection, summary = false): Record<string, number> {
    const s = this.state;
    const sums: Record<string, number> = {};
    for (const slot of selectSlots(s, client, selection)) {
      if (s.tasks.state[slot] !== State.memory) continue;
      const name = summary ? nameOf(s, slot) : s.keys.text(slot);
      sums[name] = (sums[name] ?? 0) + s.tasks.nbytes[slot]!;
    }
    return sums;
  }

  processing(workers?: readonly string[]): Record<string, readonly string[]> {
    return keysByWorker(this.state, selectWorkers(this.state, workers), 'processing');
  }

  attemptsOn(worker: WorkerId): { readonly key: string; readonly taskId: TaskId; readonly started: boolean }[] {
    const { tasks, keys } = this.state;
    const attempts: { key: string; taskId: TaskId; started: boolean }[] = [];
    for (let slot = 0; slot < tasks.used; slot++) {
      if (tasks.state[slot] !== State.processing || tasks.place[slot] !== worker) continue;
      const started = tasks.has(slot, Flag.started);
      attempts.push({ key: keys.text(slot), taskId: tasks.taskId(slot), started });
    }
    return attempts;
  }

  workers(now: number): WorkerInfo[] {
    return [...this.state.workers.all()].map((worker) => describeWorker(worker, now));
  }

  worker(id: WorkerId, now: number): WorkerInfo | undefined {
    const worker = this.state.workers.get(id);
    return worker === undefined ? undefined : describeWorker(worker, now);
  }

  workerFigures(id: WorkerId): WorkerHeartbeat | undefined {
    return this.state.workers.get(id)?.figures;
  }

  nameOf(taskId: TaskId): string | undefined {
    const slot = this.state.tasks.find(taskId);
    return slot === -1 ? undefined : nameOf(this.state, slot);
  }

  keyOf(taskId: TaskId): string | undefined {
    const slot = this.state.tasks.find(taskId);
    return slot === -1 ? undefined : this.state.keys.text(slot);
  }

  countsByName(): { readonly name: string; readonly counts: Record<TaskState, number> }[] {
    return countsByName(this.state);
  }

  visitTasks(visit: (taskId: TaskId, state: VisibleState) => void): void {
    const { tasks } = this.state;
    for (let slot = 0; slot < tasks.used; slot++) {
      const state = TASK_STATES[tasks.state[slot]!]!;
      if (state !== 'forgotten') visit(tasks.taskId(slot), state);
    }
  }

  taskNode(taskId: TaskId): ReturnType<CoreQueries['taskNode']> {
    const slot = this.state.tasks.find(taskId);
    return slot === -1 ? undefined : describeNode(this.state, slot);
  }

  selectWorkers(selection?: readonly string[]): WorkerId[] {
    return selectWorkers(this.state, selection).map((worker) => worker.id);
  }

  clientsBehind(key: string): readonly ClientId[] {
    const slot = this.state.keys.find(key);
    return slot === -1 ? [] : clientsBehind(this.state, slot);
  }

  clients(): { readonly id: ClientId; readonly name: string; readonly tasks: number }[] {
    return [...this.state.clients.all()].map(({ id, name, tasks }) => ({ id, name, tasks: tasks.size }));
  }

  copiesUnderWay(): number {
    let count = 0;
    for (const moves of this.state.moves.values()) count += moves.length;
    return count;
  }

  stranded(mostKeys: number): { readonly count: number; readonly keys: readonly string[] } {
    return strandedResults(this.state, mostKeys);
  }

  demand(): { readonly workMs: number; readonly ready: number; readonly heldBytes: number; readonly threads: number } {
    const { tasks, functions, workers, config } = this.state;
    let workMs = 0;
    let ready = 0;
    for (let slot = 0; slot < tasks.used; slot++) {
      const state = tasks.state[slot]!;
      const isReady = state === State.queued || state === State.noWorker || state === State.processing;
      if (!isReady) continue;
      ready++;
      workMs += functions.estimateMs(tasks.fn[slot]!, config.unknownDurationMs, NO_WINDOW_MS);
    }
    let heldBytes = 0;
    for (const worker of workers.all()) heldBytes += worker.heldBytes;
    return { workMs, ready, heldBytes, threads: workers.threads };
  }

  totals(): {
    readonly transitions: number;
    readonly functions: readonly { readonly name: string; readonly count: number; readonly totalMs: number }[];
  } {
    const { functions, story } = this.state;
    const measured = [...functions.durationsByName()].filter(([, { count }]) => count > 0);
    return {
      transitions: story.count,
      functions: measured.map(([name, { count, total }]) => ({ name, count, totalMs: total })),
    };
  }

  validate(): void {
    validateCore(this.state);
  }
}
