/**
 * One client's session with one scheduler: the ids it gives, what it holds, and the messages both ways.
 *
 * How values are encoded, how results are fetched and how tasks are made of functions and arguments stand in the files beside;
 * this one only knows ids, keys and opaque bytes.
 */
import {
  afterForce,
  clientMessages,
  critically,
  cutText,
  dispatchTaskNews,
  MAX_REASON_LENGTH,
} from '@covey/protocol/internal';
import type {
  AttemptId,
  CallOptions,
  CancelScope,
  ClientTaskId,
  ErrorReport,
  FunctionBlob,
  FunctionId,
  Opaque,
  SchedulerCalls,
  TaskNewsHandler,
  TaskOptions,
  TaskRun,
} from '@covey/protocol/internal';
import { BackpressureError, ConnectionClosedError } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { ExecutorClosedError, FutureLostError, UnknownKeyError } from '../errors.js';
import { waitKinds } from '../future.js';
import type { Future, FutureHost, FutureOrigin, FutureStatus, WaitOptions } from '../future.js';
import { checkUsage } from '../usage.js';
import { Ending, Failure, makeEnding } from '../values/failures.js';
import { Handles } from './handles.js';
import { SubmissionOrigins } from '../output/origins.js';
import { Adoption } from './adoption.js';
import { DefinitionLog } from './definition-log.js';
import { FunctionLedger } from './function-ledger.js';
import type { SentFunction } from './function-ledger.js';
import type { SchedulerLink } from './link.js';
import { OptionsLedger } from './options-ledger.js';
import { ReleaseRanges } from './release-ranges.js';
import { ResultReader } from './result-reader.js';
import { State, TaskTable } from './task-table.js';

/** Settings of a session; see `ConnectOptions`. */
export interface SessionSettings {
  /** Unique among the clients of a cluster: part of the keys of impure tasks. */
  readonly keyPrefix: string;
  readonly logger: Logger;
  /** More unacknowledged bytes than these and submissions throw. */
  readonly maxUnacknowledgedBytes: number;
  /** Called around a wait for results: by an executor inside a task, whose slot is free meanwhile, or by the program's host. */
  readonly aroundWait?: <T>(wait: () => Promise<T>) => Promise<T>;
  /**
   * Inside a task: has something given back when the code that calls has ended. `giveBack` is called then (at once if that has
   * happened already), and answers what somebody should be told of it. Answers how to call it off.
   */
  readonly atEnd?: (giveBack: () => string | undefined) => () => void;
  /** Marks where in the program tasks are submitted; see `ExecutorHost`. */
  readonly origin?: () => unknown;
}

const statusOf = {
  [State.free]: 'released',
  [State.pending]: 'pending',
  [State.finished]: 'finished',
  [State.erred]: 'error',
  [State.cancelled]: 'cancelled',
  [State.lost]: 'lost',
} as const satisfies Record<State, FutureStatus>;

export class Session implements FutureHost, TaskNewsHandler {
  readonly table = new TaskTable();
  readonly link: SchedulerLink;
  readonly settings: SessionSettings;
  readonly results: ResultReader;
  /** Futures of this session: how they are made and let go. */
  readonly handles: Handles;
  readonly definitions = new DefinitionLog();
  /** Where tasks were submitted, if somebody wants to know. */
  readonly origins: SubmissionOrigins | undefined;
  readonly #functions: FunctionLedger;
  readonly #options = new OptionsLedger();
  readonly #releases = new ReleaseRanges();
  /** Tasks whose results are actors, with the names of their classes. */
  readonly #actors = new Map<number, string>();
  readonly #actorListeners = new Map<number, Set<() => void>>();
  /** Tasks with keys of their own that are held here, by key. */
  readonly #byKey = new Map<string, number>();
  /** What was asked for under keys that a person chose. */
  readonly #definitionsOfKeys = new Map<string, string>();
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();
  readonly #endListeners = new Set<(error: Error) => void>();
  #releasing = false;
  #filling = 0;
  #suffixes = 1;
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(link: SchedulerLink, settings: SessionSettings) {
    this.link = link;
    this.settings = settings;
    this.origins = settings.origin === undefined ? undefined : new SubmissionOrigins();
    this.#functions = new FunctionLedger(this, settings.keyPrefix);
    this.results = new ResultReader(this);
    this.handles = new Handles(this, this.table, (id, key) => this.#taskGone(id, key));
    link.onbatch = (batch) => dispatchTaskNews(batch, this);
    link.onend = (reason) => this.#linkEnded(reason);
    const forgetRepair = afterForce(() => {
      if (this.#releasing) this.#sendReleases();
    });
    this.onEnd(forgetRepair);
  }

  /** Why nothing can be asked of the scheduler any more; undefined while it can. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  get clusterName(): string | undefined {
    return this.link.welcome?.clusterName;
  }

  /** @throws when the session is over. */
  checkOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** @throws BackpressureError when more waits to be sent than may. */
  checkRoom(): void {
    this.checkOpen();
    const waiting = this.link.unacknowledgedBytes;
    if (waiting > this.settings.maxUnacknowledgedBytes) {
      throw new BackpressureError(
        `The scheduler has not acknowledged ${waiting} bytes, above the limit of ${this.settings.maxUnacknowledgedBytes}: ` +
          'write `await executor.drained()` between portions',
      );
    }
  }

  /** Asks the scheduler. @throws what it answers; why the session is over, when it ends meanwhile */
  async call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options?: CallOptions,
  ): Promise<SchedulerCalls[Method]['result']> {
    this.checkOpen();
    this.#out();
    try {
      return await this.link.call(method, params, options);
    } catch (error) {
      if (!(error instanceof ConnectionClosedError)) throw error;
      // The news that the session is over may come a moment later.
      throw this.#ended ?? new FutureLostError(this.#overMessage(error), { cause: error });
    }
  }

  // ---- What goes out

  useFunction(blob: FunctionBlob): SentFunction {
    return critically(() => this.#functions.use(this.#out(), blob));
  }

  /**
   * Sends a run of tasks. Its ids must be those that {@link TaskTable.allocate} just gave.
   * The definition is kept while the tasks are held, up to a bound, so that they can be sent again.
   */
  sendRun(
    options: TaskOptions,
    functionId: FunctionId,
    firstId: number,
    count: number,
    keys: string | readonly string[],
    args: Uint8Array,
    argumentEnds: readonly number[] | null,
    dependencies: readonly ClientTaskId[] | null,
    definitions: readonly number[] | null = null,
  ): void {
    const optionsId = this.#options.use(this.#out(), options);
    this.origins?.note(firstId, keys, this.settings.origin?.());
    const run: TaskRun = {
      optionsId,
      functionId,
      firstId: firstId as ClientTaskId,
      count,
      keys,
      args,
      argumentEnds,
      dependencies,
      definitions,
    };
    clientMessages.tasks(this.link.batch(), run);
    this.link.weigh(args.byteLength);
    // Inner tasks of graphs have no handle whose end would end the keeping of their definition.
    if (options.wanted !== false) this.definitions.add(options, run);
  }

  /** The task of a key that this client asked for before and can share: one that goes on, or has a result. */
  heldTask(key: string): number | undefined {
    const id = this.#byKey.get(key);
    if (id === undefined) return undefined;
    const state = this.table.state(id);
    return state === State.pending || state === State.finished ? id : undefined;
  }

  /** Names a task that equal calls may share; `definition` identifies what a key chosen by a person stands for. */
  nameTask(id: number, key: string, definition?: string): void {
    this.table.setKey(id, key);
    this.#byKey.set(key, id);
    if (definition !== undefined) this.#definitionsOfKeys.set(key, definition);
  }

  /** What a key chosen by a person stands for, while it is held. */
  definitionOf(key: string): string | undefined {
    return this.#definitionsOfKeys.get(key);
  }

  /** Ends the keys of one impure graph: unique in the cluster. */
  nextSuffix(): string {
    return `${this.settings.keyPrefix}.${(this.#suffixes++).toString(36)}`;
  }

  isHeld(id: number): boolean {
    return this.table.state(id) !== State.free;
  }

  /** An inner task of a graph that was sent becomes one with a future. */
  holdInner(id: number, key: string): void {
    this.table.keepSkipped(id);
    this.nameTask(id, key);
    clientMessages.hold(this.#out(), [id as ClientTaskId]);
  }

  /** Tasks that others submitted become futures here, by their keys. */
  adopt(keys: readonly string[]): Future<unknown>[] {
    const adoption = new Adoption(this);
    const futures = keys.map((key) => adoption.add(key));
    adoption.send();
    return futures;
  }

  /** A future of a task that others submitted, for {@link sendAdopted} to ask for. */
  makeAdopted(key: string): Future<unknown> {
    const id = this.table.allocate(1);
    this.table.setKey(id, key);
    if (this.heldTask(key) === undefined) this.#byKey.set(key, id);
    return this.handles.first(id);
  }

  /** Asks for tasks by their keys; those that the scheduler doesn't know are lost. Answers whether it knew them all. */
  async sendAdopted(firstId: ClientTaskId, keys: readonly string[]): Promise<boolean> {
    try {
      const known = await this.call('adopt', { keys, firstId });
      keys.forEach((key, i) => {
        if (known[i] === true) return;
        const error = new UnknownKeyError(`The scheduler knows no task '${key}'`, { data: { key } });
        this.table.fail(firstId + i, State.lost, new Ending(error));
      });
      return known.every((isKnown) => isKnown);
    } catch (error) {
      const ending = new Ending(error instanceof Error ? error : new Error(String(error)));
      keys.forEach((_, i) => this.table.fail(firstId + i, State.lost, ending));
      return false;
    }
  }

  /** Has the result of an attempt that is about to be done hold the tasks of futures in it. */
  async holdInResult(attempt: AttemptId, futures: readonly Future<unknown>[], signal: AbortSignal): Promise<void> {
    const ids = futures.map((future) => this.handles.idOf(future));
    await this.call('hold-in-result', { attempt, ids }, { signal });
  }

  // ---- Tasks that are let go

  futureReleased(id: number, origin: FutureOrigin): void {
    critically(() => this.handles.released(id, origin));
  }

  #taskGone(id: number, key: string | undefined): void {
    if (key !== undefined && this.#byKey.get(key) === id) {
      this.#byKey.delete(key);
      this.#definitionsOfKeys.delete(key);
    }
    this.definitions.release(id);
    if (this.#actors.size > 0) this.#actors.delete(id);
    this.#releases.add(id);
    if (this.#releasing) return;
    this.#releasing = true;
    // Many are let go one after the other: they are said together, before whatever is said next.
    queueMicrotask(() => this.#sendReleases());
  }

  /** The batch for what is to be said now, behind what was let go before. */
  #out(): unknown[] {
    if (this.#releasing && this.#filling === 0) this.#sendReleases();
    return this.link.batch();
  }

  #sendReleases(): void {
    this.#releasing = false;
    if (this.#releases.empty || this.#ended !== undefined) return;
    clientMessages.release(this.link.batch(), this.#releases.take());
  }

  /**
   * Runs what gathers tasks before it sends them. Code of the user's that runs in between (an iterable's) may let go of what those
   * depend on: that is said at the end of the turn, when they are known.
   */
  whileFilling<T>(work: () => T): T {
    this.#out();
    this.#filling++;
    try {
      return work();
    } finally {
      this.#filling--;
    }
  }

  /** The results of this task are actors of a class of this name. */
  markActor(id: number, className: string): void {
    this.#actors.set(id, className);
  }

  /** The class of the actor that a task makes; undefined for other tasks. */
  actorClass(id: number): string | undefined {
    return this.#actors.size === 0 ? undefined : this.#actors.get(id);
  }

  /** Has `listener` told when an actor is gone; answers how to stop. */
  onActorGone(id: number, listener: () => void): () => void {
    let listeners = this.#actorListeners.get(id);
    if (listeners === undefined) this.#actorListeners.set(id, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#actorListeners.delete(id);
    };
  }

  // ---- Futures ask

  futureKey(id: number, prefix: string | null): string {
    return prefix === null ? (this.table.key(id) ?? `task ${id}`) : `${prefix}-${id}`;
  }

  futureStatus(id: number): FutureStatus {
    return statusOf[this.table.state(id)];
  }

  futureType(id: number): string | undefined {
    return this.table.state(id) === State.finished ? this.table.typeName(id) : undefined;
  }

  futureNbytes(id: number): number | undefined {
    return this.table.state(id) === State.finished ? this.results.nbytesOf(id) : undefined;
  }

  futureResult(id: number, options: WaitOptions | undefined): Promise<unknown> {
    return options === undefined ? this.results.result(id, undefined) : this.#resultWithin(id, options);
  }

  async #resultWithin(id: number, options: WaitOptions): Promise<unknown> {
    checkUsage(options, waitKinds, 'result');
    return this.results.result(id, options);
  }

  async futureException(id: number, options: WaitOptions | undefined): Promise<unknown> {
    if (options !== undefined) checkUsage(options, waitKinds, 'exception');
    await this.results.settled(id, options);
    return this.table.state(id) === State.finished ? undefined : this.results.whyNone(id);
  }

  /** `why`: what it came of, for the errors of these futures. */
  cancelFutures(
    ids: readonly number[],
    reason: string,
    scope: CancelScope = 'client',
    why?: { readonly cause: unknown },
  ): void {
    if (this.#ended !== undefined) return;
    critically(() => {
      clientMessages.cancel(this.#out(), ids as ClientTaskId[], scope, cutText(reason, MAX_REASON_LENGTH));
      for (const id of ids) {
        const state = this.table.state(id);
        if (state === State.pending) {
          this.table.fail(id, State.cancelled, makeEnding('ERR_COVEY_TASK_CANCELLED', reason, this.nameOf(id), why));
        }
      }
    });
  }

  retryFutures(ids: readonly number[]): void {
    this.checkOpen();
    critically(() => {
      clientMessages.retry(this.#out(), ids as ClientTaskId[]);
      for (const id of ids) if (this.table.state(id) === State.erred) this.table.restart(id);
    });
  }

  /** Has `listener` told of each event of a topic; answers how to stop. */
  listen(topic: string, listener: (payload: unknown) => void): () => boolean {
    let listeners = this.#listeners.get(topic);
    if (listeners === undefined) this.#listeners.set(topic, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      return listeners.size === 0 && this.#listeners.delete(topic);
    };
  }

  /** Has `listener` told when the session is over; answers how to stop. */
  onEnd(listener: (error: Error) => void): () => void {
    this.#endListeners.add(listener);
    return () => void this.#endListeners.delete(listener);
  }

  // ---- What comes in

  done(id: ClientTaskId, nbytes: number, type: string, inline: Opaque | null): void {
    this.table.finish(id, type, this.results.received(nbytes, inline));
  }

  erred(id: ClientTaskId, error: ErrorReport): void {
    this.table.fail(id, State.erred, new Failure(error));
    if (this.#actors.has(id)) for (const listener of this.#actorListeners.get(id) ?? []) listener();
  }

  cancelled(id: ClientTaskId, code: string, reason: string): void {
    this.table.fail(id, State.cancelled, makeEnding(code, reason, this.nameOf(id)));
  }

  pending(id: ClientTaskId): void {
    // A value that came along stays good here, although the cluster computes it again for others.
    if (this.table.state(id) === State.finished && !this.results.isElsewhere(id)) return;
    this.table.restart(id);
  }

  event(topic: string, payload: unknown): void {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        this.settings.logger.error('a listener of events failed', { topic, error });
      }
    }
  }

  // ---- The end

  /** Lets everything go and ends the conversation. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#end(new ExecutorClosedError('The executor was closed'));
      await this.link.workers.close();
      await this.link.close();
    })();
    return this.#closing;
  }

  /** The cluster is over: nothing is waited for any more. */
  async lose(message: string): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#lost(message);
    await this.link.close();
  }

  #linkEnded(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#lost(this.#overMessage(reason), reason);
  }

  #overMessage(reason: Error): string {
    return `The session with the scheduler at ${this.link.address} is over: ${reason.message}`;
  }

  #lost(message: string, cause?: Error): void {
    this.settings.logger.warn(message);
    this.#end(new FutureLostError(message, cause === undefined ? {} : { cause }));
    // The futures have been told; what is left of the connections is only to be put away.
    this.link.workers
      .close()
      .catch((error: unknown) => this.settings.logger.debug('closing connections failed', { error }));
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    const ending = new Ending(error);
    this.table.forEach(State.pending, (id) => this.table.fail(id, State.lost, ending));
    // Results that came along are still there; those that would have to be fetched are not.
    this.table.forEach(State.finished, (id) => {
      if (this.results.isElsewhere(id)) this.table.fail(id, State.lost, ending);
    });
    for (const listener of [...this.#endListeners]) listener(error);
    this.#endListeners.clear();
  }

  /** The key of a task, as far as it is known without a future. */
  nameOf(id: number): string {
    const key = this.table.key(id);
    if (key !== undefined) return key;
    const prefix = this.definitions.of(id)?.run.keys;
    return typeof prefix === 'string' ? `${prefix}-${id}` : `task ${id}`;
  }
}
