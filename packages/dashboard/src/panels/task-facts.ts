/** What a scheduler tells of one task, read with care: it came over a wire as JSON. */

export interface TaskFacts {
  readonly key: string;
  readonly name: string;
  readonly state: string;
  /** Why it is where it is, in a sentence. */
  readonly because: string;
  readonly type: string;
  readonly nbytes: number;
  readonly processingOn: string | undefined;
  readonly whoHas: readonly string[];
  readonly dependencies: readonly string[];
  readonly dependents: readonly string[];
  readonly waitingOn: readonly string[];
  readonly wantedBy: readonly string[];
  readonly retriesLeft: number;
  readonly suspicion: number;
  readonly priority: number;
  readonly restrictions: unknown;
  readonly error: { readonly title: string; readonly stack: string } | undefined;
  readonly story: readonly StoryFact[];
  readonly workers: readonly WorkerFact[];
}

export interface StoryFact {
  readonly timeMs: number;
  readonly from: string;
  readonly to: string;
  readonly stimulus: string;
  readonly worker: string;
}

/** How a worker would do. */
export interface WorkerFact {
  readonly address: string;
  readonly eligible: boolean;
  readonly because: string;
  readonly startMs: number;
  readonly bytesToMove: number;
  readonly occupancyMs: number;
}

/** Undefined for no such task. */
export function readTask(answer: unknown): TaskFacts | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const task = answer as Readonly<Record<string, unknown>>;
  const error = recordOf(task['error']);
  const hasError = task['error'] !== undefined && task['error'] !== null;
  return {
    key: textOf(task['key']),
    name: textOf(task['name']),
    state: textOf(task['state']),
    because: textOf(task['because']),
    type: textOf(task['type']),
    nbytes: numberOf(task['nbytes']),
    processingOn: typeof task['processingOn'] === 'string' ? task['processingOn'] : undefined,
    whoHas: textsOf(task['whoHas']),
    dependencies: textsOf(task['dependencies']),
    dependents: textsOf(task['dependents']),
    waitingOn: textsOf(task['waitingOn']),
    wantedBy: textsOf(task['wantedBy']),
    retriesLeft: numberOf(task['retriesLeft']),
    suspicion: numberOf(task['suspicion']),
    priority: numberOf(task['priority']),
    restrictions: task['restrictions'],
    error: hasError
      ? { title: `${textOf(error['name']) || 'Error'}: ${textOf(error['message'])}`, stack: textOf(error['stack']) }
      : undefined,
    story: listOf(task['story']).map((entry) => ({
      timeMs: numberOf(entry['timeMs']),
      from: textOf(entry['from']),
      to: textOf(entry['to']),
      stimulus: textOf(entry['stimulus']),
      worker: textOf(entry['worker']),
    })),
    workers: listOf(task['workers']).map((worker) => ({
      address: textOf(worker['address']),
      eligible: worker['eligible'] === true,
      because: textOf(worker['because']),
      startMs: numberOf(worker['startMs']),
      bytesToMove: numberOf(worker['bytesToMove']),
      occupancyMs: numberOf(worker['occupancyMs']),
    })),
  };
}

/** Whether it will change by itself. */
export function isUnfinished({ state }: TaskFacts): boolean {
  return !['memory', 'erred', 'released', 'forgotten'].includes(state);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== '') : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
