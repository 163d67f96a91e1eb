/** Everything the core knows: the tables, and what is noted for the end of the stimulus or of the batch. */
import type { TaskId } from '@covey/protocol/internal';
import { ArgumentStore } from './argument-store.js';
import { ClientTable } from './clients.js';
import { SlotStack } from './columns.js';
import type { ResolvedConfig } from './config.js';
import { EdgePool } from './edges.js';
import { FunctionRegistry } from './function-registry.js';
import { IdIndex } from './id-index.js';
import { KeyIndex } from './key-index.js';
import { OptionSets } from './option-sets.js';
import type { SchedulerOutput } from './output.js';
import { PackedSet } from './packed-set.js';
import { ReadyQueue } from './ready-queue.js';
import type { RestrictionClass } from './restrictions.js';
import { RestrictionClasses } from './restrictions.js';
import { ResultCache } from './result-cache.js';
import { mayMove, TASK_STATES } from './states.js';
import { Story } from './story.js';
import { SHARED_QUEUE, TaskTable } from './task-table.js';
import { TypeNames } from './type-names.js';
import { WorkerTable } from './workers.js';
import type { Worker } from './workers.js';

/** `place` of suspects that wait for their turn. */
export const SUSPECTS_QUEUE = -0x7fffffff;

/** A copy under way from holders to a worker, after which `dropFrom` may drop its own. */
export interface Move {
  readonly slot: number;
  readonly target: Worker;
  readonly dropFrom: Worker | null;
}

export class CoreState {
  readonly config: ResolvedConfig;
  readonly output: SchedulerOutput;
  /** Everything is checked while it happens. */
  readonly validates: boolean;

  readonly tasks = new TaskTable();
  readonly edges = new EdgePool();
  readonly keys = new KeyIndex();
  readonly args = new ArgumentStore();
  readonly functions = new FunctionRegistry();
  readonly types = new TypeNames();
  readonly classes = new RestrictionClasses(this.tasks);
  readonly options = new OptionSets(this.classes);
  readonly clients = new ClientTable();
  readonly workers: WorkerTable;
  readonly cache: ResultCache;
  readonly story: Story;

  /** Ready tasks that any worker may run and that are at home nowhere. */
  readonly ready = new ReadyQueue(this.tasks, SHARED_QUEUE);
  /** Ready tasks that may have killed a worker. */
  readonly suspects = new ReadyQueue(this.tasks, SUSPECTS_QUEUE);
  /** Restriction classes with something in their queue and workers that could run it. */
  readonly activeClasses = new PackedSet<RestrictionClass>();
  /** Those of them that got something since they were last offered to the workers. */
  readonly freshClasses: RestrictionClass[] = [];

  /** Workers with `leads`. */
  readonly leading = new Set<Worker>();

  /** Slots of running attempts. */
  readonly attempts = new IdIndex();
  nextAttempt = 1;
  /** The worker that is kept for one suspect, and the suspect once it runs there (else -1). */
  quarantine: { readonly worker: Worker; slot: number } | null = null;

  /** Slots by the name of a holder that is no client. */
  readonly keepers = new Map<string, Set<number>>();
  /** Copies under way, by slot. */
  readonly moves = new Map<number, Move[]>();
  /** Workers that are being retired. */
  readonly retiring = new Set<Worker>();
  /** Workers that have results to drop when the batch ends. */
  readonly freeing: Worker[] = [];
  /** Tasks in state no-worker, while they are counted against a timeout. */
  readonly unplaceable = new Set<number>();

  /** Tasks that may not be needed any more, or kept: looked at when the stimulus ends. */
  readonly slack = new SlotStack();
  /** Scattered data that was needed and is gone: its dependents are cancelled when the stimulus ends. */
  readonly lostData: number[] = [];

  now = 0;
  stimulus = 0;
  /** Not before this time is it looked whether some worker is stuck. */
  nextRecallMs = -Infinity;
  /** What the core wants to be woken for, and when. */
  readonly alarms = new Map<'recall' | 'no-worker', number>();

  constructor(output: SchedulerOutput, config: ResolvedConfig, validates: boolean) {
    this.validates = validates;
    this.output = output;
    this.config = config;
    this.workers = new WorkerTable(config);
    this.cache = new ResultCache(this.tasks, config.resultCacheBytes);
    this.story = new Story(config.storyLength);
    this.keys.reserve(this.tasks.capacity);
    this.tasks.onGrow = (capacity) => this.keys.reserve(capacity);
    this.functions.onDropped = ({ id, knownBy }) => {
      for (const workerId of knownBy) {
        const worker = this.workers.get(workerId);
        if (worker?.functions.delete(id) === true) this.output.releaseFunctions(workerId, [id]);
      }
    };
  }

  /** Notes what is being handled (one of `Stimulus`), and when. */
  begin(stimulus: number, now: number): void {
    this.now = now;
    this.stimulus = stimulus;
  }

  /** Sets a task's state, and notes it in its story. The only place where states change. */
  move(slot: number, to: number, worker = 0): void {
    const { tasks } = this;
    const from = tasks.state[slot]!;
    if (this.validates && !mayMove(from, to)) {
      throw new Error(`${this.keys.text(slot)}: there is no transition ${TASK_STATES[from]!} → ${TASK_STATES[to]!}`);
    }
    tasks.counts[from]!--;
    tasks.counts[to]!++;
    tasks.state[slot] = to;
    this.story.add(this.now, this.keys.hash[slot]!, from, to, this.stimulus, worker);
  }

  /** Gives memory back when no task is left. */
  shrink(): void {
    this.moves.clear();
    this.unplaceable.clear();
    this.tasks.shrink();
    this.edges.shrink();
  }

  /** Asks to be woken for something at a time, or before. */
  wakeAt(what: 'recall' | 'no-worker', atMs: number): void {
    if ((this.alarms.get(what) ?? Infinity) <= atMs) return;
    const earliest = Math.min(...this.alarms.values());
    this.alarms.set(what, atMs);
    if (atMs < earliest) this.output.wakeAt(atMs);
  }

  /** Notes that a worker may drop a result; it is told when the batch ends. */
  free(worker: Worker, slot: number): void {
    worker.pendingFreeBytes += this.tasks.nbytes[slot]!;
    this.freeId(worker, this.tasks.taskId(slot));
  }

  /** The same for what is no task any more. */
  freeId(worker: Worker, taskId: TaskId): void {
    if (worker.pendingFree.length === 0) this.freeing.push(worker);
    worker.pendingFree.push(taskId);
  }
}
