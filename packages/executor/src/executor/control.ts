/** The part of {@link Executor} that acts on the cluster: its workers, its data, and functions outside the task system. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { CallTimeoutError } from '@covey/protocol';
import { anyText, flag, milliseconds, whole, workerOrWorkers } from '@covey/protocol/internal';
import type { ClientTaskId, ErrorReport, Kinds, PerWorker } from '@covey/protocol/internal';
import { RunOnWorkersError, UsageError, WaitTimeoutError } from '../errors.js';
import { wait } from '../collect/wait.js';
import { waitKinds } from '../future.js';
import type { Future, WaitOptions } from '../future.js';
import { checkArgument, checkUsage, listFutures } from '../usage.js';
import type { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import type { Waiter } from '../session/task-table.js';
import { captureTask, decodeFrames, encodeWhole } from '../values/codec.js';
import { Failure } from '../values/failures.js';
import { ClusterQueries } from './queries.js';
import { listTasks } from './base.js';
import type { Tasks } from './base.js';

/** What a function did on one worker. */
export type Outcome<R> =
  { readonly status: 'fulfilled'; readonly value: R } | { readonly status: 'rejected'; readonly reason: unknown };

interface RetireOptions {
  readonly workers?: string | readonly string[];
  readonly n?: number;
  readonly close?: boolean;
  readonly timeoutMs?: number;
}

const retireKinds: Kinds<RetireOptions> = {
  workers: workerOrWorkers,
  n: whole(0),
  close: flag,
  timeoutMs: milliseconds,
};

export abstract class ClusterControl extends ClusterQueries {
  /**
   * Calls a function once on each worker, outside the task system: now, whatever the worker is doing. A view's `workers`
   * restricts it, its `signal` ends the call. When there is no worker yet, the first is waited for: by default as long as it takes, with a
   * view's `timeout` so long, which then bounds each worker's answer too. Futures can't be among the arguments.
   *
   * @returns the results by worker address
   * @throws RunOnWorkersError when it failed anywhere; its `cause` is the first error. WaitTimeoutError when no worker came in time
   */
  async run<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): Promise<Record<string, Awaited<R>>> {
    const outcomes = await this.runSettled(fn, ...args);
    const results: Record<string, Awaited<R>> = {};
    for (const [address, outcome] of Object.entries(outcomes)) {
      if (outcome.status === 'rejected') {
        const { reason } = outcome;
        const message = reason instanceof Error ? reason.message : String(reason);
        throw new RunOnWorkersError(`The function failed on ${address}: ${message}`, {
          cause: reason,
          data: { worker: address },
        });
      }
      results[address] = outcome.value;
    }
    return results;
  }

  /** As {@link run}, with the errors beside the results. */
  async runSettled<Args extends unknown[], R>(
    fn: (...args: Args) => R,
    ...args: Args
  ): Promise<Record<string, Outcome<Awaited<R>>>> {
    const answers = await this.#callRun(fn, args, true);
    const outcomes: Record<string, Outcome<Awaited<R>>> = {};
    for (const [address, answer] of Object.entries(answers)) {
      outcomes[address] =
        'ok' in answer
          ? { status: 'fulfilled', value: (await decodeFrames({ header: answer.ok, buffers: [] })) as Awaited<R> }
          : { status: 'rejected', reason: await errorOf(answer.error) };
    }
    return outcomes;
  }

  /** Starts a function on each worker and doesn't wait for it; its result and errors are only logged there. */
  async runDetached<Args extends unknown[]>(fn: (...args: Args) => unknown, ...args: Args): Promise<void> {
    await this.#callRun(fn, args, false);
  }

  async #callRun(fn: CallableFunction, args: readonly unknown[], wait: boolean): Promise<PerWorker<Uint8Array>> {
    const { blob, futures: captured } = captureTask(fn, false);
    const { bytes, futures } = encodeWhole(args, 'arguments');
    if (captured.length + futures.length > 0) {
      throw new UsageError('run takes no futures: gather them first, or use submit');
    }
    const params = { function: blob, args: bytes, wait, ...this.selectWorkers(undefined), ...this.limit };
    try {
      return await this.session.call('run', params, this.signal);
    } catch (error) {
      throw error instanceof CallTimeoutError ? new WaitTimeoutError(error.message, { cause: error }) : error;
    }
  }

  /**
   * Gives every worker a file, also those that come later, before their first task. Modules among them can be imported by tasks.
   *
   * @param file - a path, or a name and content
   * @throws RunOnWorkersError when a worker could not take it
   */
  async uploadFile(file: string | { readonly name: string; readonly content: Uint8Array | string }): Promise<void> {
    const name = typeof file === 'string' ? basename(file) : file.name;
    const given = typeof file === 'string' ? await readFile(file) : file.content;
    const content = typeof given === 'string' ? Buffer.from(given) : given;
    const hash = createHash('sha256').update(content).digest('base64url');
    await throwFirst(await this.session.call('upload', { name, content, hash }, this.signal), `could not take ${name}`);
  }

  /**
   * Sees to copies of results on several workers. What is not finished yet is waited for.
   *
   * @param tasks - futures or keys
   * @param options - `n`: how many copies, default one on every worker; `workers`: on which of them they are to be, default all
   * @throws UnknownWorkerError; what a task failed with, when it has no result to copy
   */
  async replicate(
    tasks: Tasks,
    options: { readonly n?: number; readonly workers?: string | readonly string[] } = {},
  ): Promise<void> {
    checkUsage(options, { n: whole(1), workers: workerOrWorkers }, 'replicate');
    const { n, workers } = options;
    const places = { ...(n !== undefined && { n }), ...this.selectWorkers(workers) };
    await this.#whenFinished(tasks, (ids) => this.session.call('replicate', { ids, ...places }, this.signal));
  }

  /**
   * Moves results so that workers hold about equally many bytes. Default: all results that there are, all workers. What is named and
   * not finished yet is waited for.
   *
   * @throws UnknownWorkerError; what a task failed with, when it has no result to move
   */
  async rebalance(tasks?: Tasks, workers?: string | readonly string[]): Promise<void> {
    const options = this.selectWorkers(workers);
    if (tasks === undefined) await this.session.call('rebalance', options, this.signal);
    else await this.#whenFinished(tasks, (ids) => this.session.call('rebalance', { ids, ...options }, this.signal));
  }

  /** Has something done with results when all of them are there. */
  async #whenFinished(tasks: Tasks, work: (ids: readonly ClientTaskId[]) => Promise<unknown>): Promise<void> {
    const { session } = this;
    const adopted: Future<unknown>[] = [];
    const futures = listTasks(tasks).map((each) => {
      if (typeof each !== 'string') return each;
      const [future] = session.adopt([each]) as [Future<unknown>];
      adopted.push(future);
      return future;
    });
    try {
      const { done } = await wait(futures, this.signal);
      for (const future of done) if (future.status !== 'finished') throw await future.exception();
      await work(futures.map((future) => session.handles.idOf(future)));
    } finally {
      for (const future of adopted) future.release();
    }
  }

  /** Resolves when at least `n` workers are there. @throws WaitTimeoutError after `timeoutMs` */
  async waitForWorkers(n: number, options: WaitOptions = {}): Promise<void> {
    checkArgument(n, whole(0), 'The number of workers');
    checkUsage(options, waitKinds, 'waitForWorkers');
    const { timeoutMs } = options;
    try {
      await this.session.call('wait-for-workers', { n }, { ...this.signal, ...options });
    } catch (error) {
      if (!(error instanceof CallTimeoutError)) throw error;
      throw new WaitTimeoutError(`${n === 1 ? 'A worker was' : `${n} workers were`} not there within ${timeoutMs} ms`);
    }
  }

  /**
   * Ends workers gracefully: what only they hold is copied away first.
   *
   * @param options - `workers`: which, or `n`: how many of the least loaded; `close`: also end their processes, default true;
   *   `timeoutMs`: after it they go as they are, and what they ran and held is computed again; default as long as their tasks take.
   *   When the wait ends otherwise they go on
   * @returns the addresses of those that were retired
   * @throws RetirementError when no other worker is there to take what only they hold
   */
  async retireWorkers(options: RetireOptions = {}): Promise<readonly string[]> {
    checkUsage(options, retireKinds, 'retireWorkers');
    const { n, close = true, timeoutMs } = options;
    const params = {
      ...this.selectWorkers(options.workers),
      ...(n !== undefined && { n }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      close,
    };
    return this.session.call('retire-workers', params, this.signal);
  }

  /** Kills and starts these workers again; what they held is computed again where it is needed. */
  async restartWorkers(
    workers: string | readonly string[],
    options: { readonly timeoutMs?: number } = {},
  ): Promise<void> {
    checkArgument(workers, workerOrWorkers, '`workers`');
    checkUsage(options, { timeoutMs: milliseconds }, 'restartWorkers');
    const params = { workers: typeof workers === 'string' ? [workers] : workers, ...options };
    await throwFirst(await this.session.call('restart-workers', params, this.signal), 'could not be restarted');
  }

  /**
   * Kills and starts all workers again and forgets all tasks and data of all clients: their futures are cancelled. Uploaded
   * files and functions that were sent are known again afterwards.
   *
   * @throws WorkerRestartError when workers do not come back, or not within `timeoutMs` (default 60,000)
   */
  async restart(options: { readonly timeoutMs?: number; readonly waitForWorkers?: boolean } = {}): Promise<void> {
    checkUsage(options, { timeoutMs: milliseconds, waitForWorkers: flag }, 'restart');
    await this.session.call('restart', options, this.signal);
  }

  /** Ends the scheduler and all workers, for everybody. */
  async shutdown(): Promise<void> {
    await this.session.call('shutdown', null, this.signal);
  }

  /** Stops tasks, also running ones, and all that depends on them; `force` even if other clients want them. */
  cancel(
    futures: Future<unknown> | Iterable<Future<unknown>>,
    options: { readonly force?: boolean; readonly reason?: string } = {},
  ): void {
    const ids = this.#idsOf(futures, 'cancel');
    checkUsage(options, { force: flag, reason: anyText }, 'cancel');
    this.session.cancelFutures(
      ids,
      options.reason ?? 'cancelled by its client',
      options.force === true ? 'everybody' : 'client',
    );
  }

  /** Runs erred tasks again, with the erred tasks that they depend on. */
  retry(futures: Future<unknown> | Iterable<Future<unknown>>): void {
    this.session.retryFutures(this.#idsOf(futures, 'retry'));
  }

  /** Has tasks run at least once although no future holds them any more. If one fails then, a warning is logged here. */
  async fireAndForget(futures: Future<unknown> | Iterable<Future<unknown>>): Promise<void> {
    const ids = [...new Set(this.#idsOf(futures, 'fireAndForget'))];
    const { session } = this;
    for (const id of ids) session.handles.hold(id);
    try {
      await session.call('fire-and-forget', { ids }, this.signal);
    } catch (error) {
      for (const id of ids) session.handles.letGo(id);
      throw error;
    }
    warnOfFailures(session, ids);
  }

  #idsOf(futures: Future<unknown> | Iterable<Future<unknown>>, method: string): ClientTaskId[] {
    return listFutures(futures, method).map((future) => this.session.handles.idOf(future));
  }
}

/** Follows tasks that nobody else may follow; each is held here until it has settled. */
function warnOfFailures(session: Session, ids: readonly number[]): void {
  const { handles, table, results, settings } = session;
  const waiter: Waiter = {
    settled: (id) => {
      const why = table.state(id) === State.erred ? results.whyNone(id) : undefined;
      const key = session.nameOf(id);
      handles.letGo(id);
      // Whoever still has a future of it is told by that.
      if (why === undefined || session.isHeld(id)) return;
      void why.then((error) => {
        settings.logger.warn(`the task '${key}' failed, and nobody waits for it`, { error });
      });
    },
  };
  for (const id of ids) {
    if (table.state(id) === State.pending) table.wait(id, waiter);
    else waiter.settled(id);
  }
}

function errorOf(report: ErrorReport): Promise<unknown> {
  return new Failure(report).error();
}

async function throwFirst(answers: PerWorker<null>, what: string): Promise<void> {
  for (const [address, answer] of Object.entries(answers)) {
    if ('ok' in answer) continue;
    const cause = await errorOf(answer.error);
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RunOnWorkersError(`${address} ${what}: ${message}`, { cause, data: { worker: address } });
  }
}
