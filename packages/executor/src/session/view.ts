/** What a view of an executor adds to each task that is submitted through it. */
import type { TaskOptions } from '@covey/protocol/internal';
import { KeyUsedError, UsageError } from '../errors.js';
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
  /** How often an erred task is tried again before its error counts. Default 0. */
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

/** Options as they are used: merged, checked, and in the form in which they are sent. */
export class View {
  readonly settings: TaskSettings;
  readonly pure: boolean;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Options as they are sent, by what the tasks are; one object each a view, so that the session finds them quickly. */
  readonly #sent = new Map<string, TaskOptions>();
  readonly #sentInner = new Map<string, TaskOptions>();
  #keyUsed = false;
  #watch: SignalWatch | undefined;

  constructor(settings: TaskSettings) {
    this.settings = settings;
    check(settings);
    this.pure = settings.actor === true ? false : (settings.pure ?? true);
    this.key = settings.key;
    this.signal = settings.signal;
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
    signal.addEventListener('abort', () => this.#abort(signal.reason), { once: true });
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
    if (ids.length > 0) this.#session.cancelFutures(ids, `its signal was aborted: ${describe(reason)}`);
  }

  #pending(): number[] {
    return this.#ids.filter((id) => this.#session.table.state(id) === State.pending);
  }
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function toSent(settings: TaskSettings): TaskOptions {
  const { priority, retries, workers, allowOtherWorkers, resources, timeout, actor } = settings;
  return {
    ...(priority !== undefined && priority !== 0 && { priority }),
    ...(retries !== undefined && retries !== 0 && { retries }),
    ...(workers !== undefined && { workers: typeof workers === 'string' ? [workers] : [...workers] }),
    ...(allowOtherWorkers === true && { allowOtherWorkers }),
    ...(resources !== undefined && { resources }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(actor === true && { actor }),
  };
}

/** All options: who writes JavaScript is told of a misspelt one, which would do nothing in silence. */
const NAMES: Readonly<Record<keyof TaskSettings, true>> = {
  key: true,
  pure: true,
  workers: true,
  allowOtherWorkers: true,
  resources: true,
  retries: true,
  priority: true,
  timeout: true,
  signal: true,
  actor: true,
};

function check(settings: TaskSettings): void {
  for (const name of Object.keys(settings)) {
    if (name in NAMES) continue;
    throw new UsageError(`There is no option \`${name}\`: tasks take ${Object.keys(NAMES).join(', ')}`);
  }
  const { key, priority, retries, timeout, resources, workers } = settings;
  if (key === '') throw new UsageError('`key` must not be empty');
  if (priority !== undefined && (!Number.isInteger(priority) || priority < -32768 || priority > 32767)) {
    throw new UsageError(`\`priority\` is an integer from -32768 to 32767, not ${priority}`);
  }
  if (retries !== undefined && (!Number.isInteger(retries) || retries < 0)) {
    throw new UsageError(`\`retries\` is a count of 0 or more, not ${retries}`);
  }
  if (timeout !== undefined && !(timeout > 0)) {
    throw new UsageError(`\`timeout\` is a positive number of milliseconds, not ${timeout}`);
  }
  if (workers !== undefined && workers.length === 0) throw new UsageError('`workers` must name at least one worker');
  for (const [name, amount] of Object.entries(resources ?? {})) {
    if (!(amount >= 0 && Number.isFinite(amount)))
      throw new UsageError(`The resource ${name} has the amount ${amount}`);
  }
}
