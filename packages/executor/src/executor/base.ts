/** What the parts of {@link Executor} have in common. `Executor` is one class for its users, written in several files by subject. */
import { UsageError } from '../errors.js';
import { Future, isFutureOfAnotherCopy } from '../future.js';
import { checkArgument, notAFuture } from '../usage.js';
import type { Session } from '../session/session.js';
import type { View } from '../session/view.js';
import { aKey, describeValue, workerOrWorkers } from '@covey/protocol/internal';
import type { ClientTaskId, TaskSelection } from '@covey/protocol/internal';
import type { ExecutorCore } from './core.js';

/** Tasks, named by their futures or by their keys. */
export type Tasks = Future<unknown> | string | Iterable<Future<unknown> | string>;

let sessionIn: (executor: ExecutorBase) => Session;
let coreIn: (executor: ExecutorBase) => ExecutorCore;

export abstract class ExecutorBase {
  static {
    sessionIn = (executor) => executor.session;
    coreIn = (executor) => executor.core;
  }

  /** Lets functions capture executors: see `travel.ts`. */
  get [Symbol.for('covey.executor')](): true {
    return true;
  }

  /** @internal */
  protected readonly core: ExecutorCore;
  /** @internal */
  protected readonly view: View;

  /** @internal Use {@link Executor.connect}. */
  constructor(core: ExecutorCore, view: View) {
    this.core = core;
    this.view = view;
  }

  /** @internal */
  protected get session(): Session {
    return this.core.session;
  }

  /** @internal */
  protected get signal(): { readonly signal?: AbortSignal } {
    return this.view.signal === undefined ? {} : { signal: this.view.signal };
  }

  /** @internal The view's `timeout` as a limit of what is no task. */
  protected get limit(): { readonly timeoutMs?: number } {
    const { timeout } = this.view.settings;
    return timeout === undefined || timeout === Infinity ? {} : { timeoutMs: timeout };
  }

  /** @internal */
  protected select(tasks: Tasks | undefined): TaskSelection {
    if (tasks === undefined) return {};
    const ids: ClientTaskId[] = [];
    const keys: string[] = [];
    for (const each of listTasks(tasks)) {
      if (typeof each === 'string') keys.push(each);
      else ids.push(this.session.handles.idOf(each));
    }
    return {
      ...(ids.length > 0 && { ids }),
      ...(keys.length > 0 && { keys }),
      ...(ids.length + keys.length === 0 && { keys }),
    };
  }

  /** @internal */
  protected selectWorkers(workers: string | readonly string[] | undefined): { readonly workers?: readonly string[] } {
    const chosen = workers ?? this.view.settings.workers;
    if (workers !== undefined) checkArgument(workers, workerOrWorkers, '`workers`');
    return chosen === undefined ? {} : { workers: typeof chosen === 'string' ? [chosen] : chosen };
  }
}

/** Tasks as a list. @throws UsageError for what is none */
export function listTasks(tasks: Tasks): (Future<unknown> | string)[] {
  if (typeof tasks === 'string' || tasks instanceof Future) return listTasks([tasks]);
  if (typeof tasks !== 'object' || tasks === null || !(Symbol.iterator in tasks)) throw notATask(tasks);
  const list = [...tasks];
  for (const each of list) {
    if (typeof each === 'string') checkArgument(each, aKey, 'A key');
    else if (!(each instanceof Future)) throw notATask(each);
  }
  return list;
}

function notATask(value: unknown): UsageError {
  return isFutureOfAnotherCopy(value)
    ? notAFuture(value)
    : new UsageError(`Tasks are named by futures or keys, not by ${describeValue(value)}`);
}

/** The session behind an executor, for what is built upon executors in this package. */
export function sessionBehind(executor: ExecutorBase): Session {
  return sessionIn(executor);
}

/** What an executor shares with its views. */
export function coreBehind(executor: ExecutorBase): ExecutorCore {
  return coreIn(executor);
}
