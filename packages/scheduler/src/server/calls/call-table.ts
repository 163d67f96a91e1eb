/** What the handlers of calls have in common: the table's type, what a handler is told, and what it may use. */
import { UnknownKeyError, UnknownWorkerError } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { MAX_KEY_LENGTH } from '@covey/protocol/internal';
import type { ClientId, ClientTaskId, SchedulerCalls, SchedulerInfo, TaskSelection } from '@covey/protocol/internal';
import type { CoreQueries, SchedulerCoreSurface } from '../../core/surface.js';
import type { Conditions } from '../conditions.js';
import type { Coordination } from '../coordination/coordination.js';
import type { TaskKeeper } from '../coordination/value-ops.js';
import type { Fields } from '../fields.js';
import type { Figures } from '../figures/figures.js';
import type { Fleet } from '../fleet.js';
import type { Now } from '../now.js';
import type { Datasets } from '../state/datasets.js';
import type { Metadata } from '../state/metadata.js';
import type { Topics } from '../state/topics.js';
import type { Uploads } from '../state/uploads.js';
import type { TaskOutput } from '../task-output.js';
import type { ThreadClients } from '../thread-clients.js';
import type { WaitingHint } from '../waiting-hint.js';

/** The parts of the server that calls work on. */
export interface ServerParts {
  readonly core: SchedulerCoreSurface;
  readonly fleet: Fleet;
  readonly figures: Figures;
  readonly conditions: Conditions;
  readonly coordination: Coordination;
  readonly keeper: TaskKeeper;
  readonly topics: Topics;
  readonly taskOutput: TaskOutput;
  readonly threadClients: ThreadClients;
  readonly waitingHint: WaitingHint;
  readonly datasets: Datasets;
  readonly metadata: Metadata;
  readonly uploads: Uploads;
  readonly logger: Logger;
  readonly now: Now;
  readonly info: () => SchedulerInfo;
  /** After stimuli of the server's own: gives out what became ready and looks at what is waited for. */
  readonly settle: (nowMs?: number) => void;
  /** Ends the process, after the answer has left. */
  readonly shutDown: (reason: string) => void;
}

/** Who calls. */
export interface CallSession {
  readonly client: ClientId;
  readonly signal: AbortSignal;
}

type Name = keyof SchedulerCalls;
type Answer<Method extends Name> = SchedulerCalls[Method]['result'];

/** Handlers by method. Arguments are read through {@link Fields}, which checks them. */
export type CallTable<Methods extends Name = Name> = {
  readonly [Method in Methods]: (args: Fields, session: CallSession) => Answer<Method> | Promise<Answer<Method>>;
};

/** Reads a selection of tasks. */
export function readSelection(args: Fields): TaskSelection {
  const ids = args.optionalIds<ClientTaskId>('ids');
  const keys = args.optionalTexts('keys', MAX_KEY_LENGTH);
  return { ...(ids !== undefined && { ids }), ...(keys !== undefined && { keys }) };
}

/** As {@link readSelection}. @throws {UnknownKeyError} for a key of no task */
export function readKnownSelection(args: Fields, client: ClientId, core: CoreQueries): TaskSelection {
  const selection = readSelection(args);
  for (const key of selection.keys ?? []) {
    if (core.selectKeys(client, { keys: [key] }).length > 0) continue;
    throw new UnknownKeyError(`there is no task '${key}' (any more)`, { data: { key } });
  }
  return selection;
}

/** Reads a selection of workers as an option that may be absent. */
export function readWorkers(args: Fields): { readonly workers?: readonly string[] } {
  const workers = args.optionalTexts('workers');
  return workers === undefined ? {} : { workers };
}

/** As {@link readWorkers}. @throws {UnknownWorkerError} for a name, address or host of no worker */
export function readKnownWorkers(args: Fields, core: CoreQueries): { readonly workers?: readonly string[] } {
  const selection = readWorkers(args);
  for (const worker of selection.workers ?? []) {
    if (core.selectWorkers([worker]).length === 0) throw new UnknownWorkerError(`there is no worker '${worker}'`);
  }
  return selection;
}
