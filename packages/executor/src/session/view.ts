/** What a view of an executor adds to each task that is submitted through it. */
import { createHash } from 'node:crypto';
import {
  abortSignal,
  aKey,
  describeValue,
  flag,
  onAbort,
  taskOptionKinds,
  workerOrWorkers,
} from '@covey/protocol/internal';
import type { Kinds, TaskOptions } from '@covey/protocol/internal';
import { KeyUsedError } from '../errors.js';
import { checkUsage } from '../usage.js';
import type { Session } from './session.js';
import { State } from './task-table.js';

/** Options of tasks, given by {@link Executor.with}. */
export interface TaskSettings {
  /**
   * The name of the one task that is submitted through this view; a second use throws {@link KeyUsedError}. For `map`, the
   * prefix of the names of its tasks. Default: made of the function and, for pure tasks, the arguments.
   */
  readonly key?: string;
  /**
   * Whether equal calls are one task, computed once. True (the default) makes the key from the function's source, what it
   * captures, its arguments and dependencies; what can't be compared by content makes its call impure.
   */
  readonly pure?: boolean;
  /** Addresses, names or hosts of the workers that may run the tasks. */
  readonly workers?: string | readonly string[];
  /** With `workers`: prefer them, but others may do. Default false. */
  readonly allowOtherWorkers?: boolean;
  /** Amounts of abstract resources that a task holds while it runs, such as `{ GPU: 1 }`. */
  readonly resources?: Readonly<Record<string, number>>;
  /** How often an erred task is tried again before its error counts, at most 1,000,000 times. Default 0. */
  readonly retries?: number;
  /** Greater runs earlier: an integer from -32768 to 32767. Default 0. */
  readonly priority?: number;
  /** Milliseconds after which an attempt is stopped and errs with a {@link TaskTimeoutError}. Default: none. */
  readonly timeout?: number;
  /** Cancels, when it aborts, what was submitted through this view and is not finished. */
  readonly signal?: AbortSignal;
  /** The results are actors: see {@link Actor}. Default false. */
  readonly actor?: boolean;
}

/** The kinds are those by which the scheduler reads what is sent. */
const taskSettingKinds: Kinds<TaskSettings> = {
  key: aKey,
  pure: flag,
  workers: workerOrWorkers,
  allowOtherWorkers: taskOptionKinds.allowOtherWorkers,
  resources: taskOptionKinds.resources,
  retries: taskOptionKinds.retries,
  priority: taskOptionKinds.priority,
  timeout: taskOptionKinds.timeoutMs,
  signal: abortSignal,
  actor: flag,
};

/** Options as they are used: merged, checked, and in the form in which they are sent. */
export class View {
  readonly settings: TaskSettings;
  readonly pure: boolean;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
  /**
   * Ends the keys of equal calls: what decides over whether and where a task runs is a part of what it is, so that nobody waits for a
   * worker that only another asked for. Empty where there is nothing of the kind.
   */
  readonly #keySuffix: string;
  /** Options as they are sent, by what the tasks are; one object each a view, so that the session finds them quickly. */
  readonly #sent = new Map<string, TaskOptions>();
  readonly #sentInner = new Map<string, TaskOptions>();
  #keyUsed = false;
  #watch: SignalWatch | undefined;

  constructor(settings: TaskSettings) {
    this.settings = settings;
    checkUsage(settings, taskSettingKinds, 'with');
    this.pure = settings.actor === true ? false : (settings.pure ?? true);
    this.key = settings.key;
    this.signal = settings.signal;
    this.#keySuffix = keySuffix(settings);
  }

  /** Whether equal calls may share a future's number: not with one that this view's signal would cancel. */
  get shares(): boolean {
    return this.signal === undefined;
  }

  /** The key of a call whose content has a key. */
  keyOf(content: string | undefined): string | undefined {
    return content === undefined || this.#keySuffix === '' ? content : content + this.#keySuffix;
  }

  with(settings: TaskSettings): View {
    return new View({ ...this.settings, ...settings });
  }

  /**
   * The options for tasks whose keys are made of their content, were given by a person, or are made up; `wanted`: whether this
   * client holds the results.
   */
  optionsFor(keys: 'content' | 'given' | 'unique', wanted = true): TaskOptions {
    const sent = wanted ? this.#sent : this.#sentInner;
    let options = sent.get(keys);
    if (options === undefined) {
      options = {
        ...toSent(this.settings),
        ...(keys === 'content' && { contentKeys: true }),
        ...((keys === 'unique' || !this.pure) && { pure: false }),
        ...(!wanted && { wanted }),
      };
      sent.set(keys, options);
    }
    return options;
  }

  /** The key for one task, if there is one. @throws KeyUsedError the second time */
  takeKey(): string | undefined {
    if (this.key === undefined) return undefined;
    if (this.#keyUsed) {
      throw new KeyUsedError(
        `The view with the key '${this.key}' was used before: a key names one task, make a view for each`,
      );
    }
    this.#keyUsed = true;
    return this.key;
  }

  /** Has tasks cancelled when the view's signal aborts. */
  watch(session: Session, firstId: number, count: number): void {
    if (this.signal === undefined) return;
    this.#watch ??= new SignalWatch(session, this.signal);
    this.#watch.add(firstId, count);
  }

  /** @throws the signal's reason when it has aborted. */
  checkSignal(): void {
    this.signal?.throwIfAborted();
  }
}

/** The tasks that a signal would cancel. Those that have settled are dropped now and then. */
class SignalWatch {
  readonly #session: Session;
  #ids: number[] = [];
  #pruneAt = 4096;

  constructor(session: Session, signal: AbortSignal) {
    this.#session = session;
    onAbort(signal, () => this.#abort(signal.reason));
  }

  add(firstId: number, count: number): void {
    for (let i = 0; i < count; i++) this.#ids.push(firstId + i);
    if (this.#ids.length <= this.#pruneAt) return;
    this.#ids = this.#pending();
    this.#pruneAt = Math.max(4096, this.#ids.length * 2);
  }

  #abort(reason: unknown): void {
    const ids = this.#pending();
    this.#ids = [];
    if (ids.length === 0) return;
    this.#session.cancelFutures(ids, `its signal was aborted: ${describe(reason)}`, 'numbers', { cause: reason });
  }

  #pending(): number[] {
    return this.#ids.filter((id) => this.#session.table.state(id) === State.pending);
  }
}

function keySuffix({ workers, allowOtherWorkers, resources, retries = 0, timeout = 0 }: TaskSettings): string {
  const places = workers === undefined || allowOtherWorkers === true ? [] : [workers].flat().sort();
  const amounts = Object.entries(resources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const limitMs = timeout === Infinity ? 0 : timeout;
  if (places.length + amounts.length + retries + limitMs === 0) return '';
  const content = JSON.stringify([places, amounts, retries, limitMs]);
  return `~${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}

function describe(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  return typeof reason === 'string' ? reason : describeValue(reason);
}

function toSent(settings: TaskSettings): TaskOptions {
  const { priority, retries, workers, allowOtherWorkers, resources, timeout, actor } = settings;
  return {
    ...(priority !== undefined && priority !== 0 && { priority }),
    ...(retries !== undefined && retries !== 0 && { retries }),
    ...(workers !== undefined && { workers: typeof workers === 'string' ? [workers] : [...workers] }),
    ...(allowOtherWorkers === true && { allowOtherWorkers }),
    ...(resources !== undefined && { resources }),
    ...(timeout !== undefined && timeout !== Infinity && { timeoutMs: timeout }),
    ...(actor === true && { actor }),
  };
}
