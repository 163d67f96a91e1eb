/** The part of {@link Executor} that asks what is where and why. Every answer is a snapshot. */
import type { PerWorker, SchedulerInfo, StoryEntry, WorkerInfo } from '@covey/protocol/internal';
import type { TaskExplanation } from '@covey/protocol';
import { flag } from '@covey/protocol/internal';
import { COVEY_VERSION, UnknownWorkerError } from '@covey/protocol';
import { checkUsage } from '../usage.js';
import { ExecutorBase } from './base.js';
import type { Tasks } from './base.js';

/** Versions of what runs in each process, by name ('covey', 'node', …). */
export type Versions = Readonly<Record<string, string>>;

/** What {@link ClusterQueries.getVersions} found. */
export interface VersionReport {
  readonly client: Versions;
  readonly scheduler: Versions;
  /** By worker address; missing are workers that did not answer. */
  readonly workers: Readonly<Record<string, Versions>>;
  /** What differs between processes: the name, and which process has which version. */
  readonly mismatches: readonly { readonly name: string; readonly versions: Readonly<Record<string, string>> }[];
}

/** Memory of the scheduler's process, bytes. */
export interface SchedulerMemory {
  /** All that the process has in memory. */
  readonly resident: number;
  /** JavaScript objects. */
  readonly heap: number;
  /** Buffers, which lie outside of the heap. */
  readonly external: number;
}

export abstract class ClusterQueries extends ExecutorBase {
  /** The scheduler, its workers, its clients and the numbers of tasks by state. */
  schedulerInfo(): Promise<SchedulerInfo> {
    return this.session.call('scheduler-info', null, this.signal);
  }

  /** Memory of the scheduler's process; with `collect`, after a collection, which stops it for that long. */
  async schedulerMemory(options: { readonly collect?: boolean } = {}): Promise<SchedulerMemory> {
    checkUsage(options, { collect: flag }, 'schedulerMemory');
    return this.session.call('memory', options, this.signal);
  }

  /**
   * Addresses of the workers that hold each result, by key. Default: of all results, also of other clients.
   *
   * @throws UnknownKeyError for a key of no task, as the other questions about tasks do
   */
  async whoHas(tasks?: Tasks): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.session.call('who-has', this.select(tasks), this.signal);
  }

  /**
   * Keys of the results that each worker holds, by address. Default: of all workers.
   *
   * @throws UnknownWorkerError for a worker that is not there, as the other questions about workers do
   */
  async hasWhat(workers?: string | readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.session.call('has-what', this.selectWorkers(workers), this.signal);
  }

  /** Threads of each worker, by address. */
  async nthreads(workers?: string | readonly string[]): Promise<Record<string, number>> {
    const { workers: chosen } = this.selectWorkers(workers);
    const info = await this.schedulerInfo();
    for (const name of chosen ?? []) {
      if (!info.workers.some((worker) => isNamed(worker, [name]))) {
        throw new UnknownWorkerError(`there is no worker '${name}'`);
      }
    }
    const counted = chosen === undefined ? info.workers : info.workers.filter((worker) => isNamed(worker, chosen));
    return Object.fromEntries(counted.map((worker) => [worker.address, worker.nthreads]));
  }

  /** Bytes of results by key, or with `summary` by the functions that made them. Default: of all results. */
  async nbytes(tasks?: Tasks, options: { readonly summary?: boolean } = {}): Promise<Readonly<Record<string, number>>> {
    checkUsage(options, { summary: flag }, 'nbytes');
    return this.session.call('nbytes', { ...this.select(tasks), ...options }, this.signal);
  }

  /** Keys of the tasks that each worker was given and has not finished, by address. */
  async processing(workers?: string | readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.session.call('processing', this.selectWorkers(workers), this.signal);
  }

  /** Stacks of tasks that run now, by key. Default: of all. */
  async callStack(tasks?: Tasks): Promise<Readonly<Record<string, string>>> {
    return this.session.call('call-stack', this.select(tasks), this.signal);
  }

  /**
   * What happened to tasks, on the scheduler and on workers, in order of time. Each of them remembers the last transitions of
   * all tasks (the scheduler 65,536, a worker 16,384), so the story of a task that ended long ago may have lost its beginning, or all.
   */
  async story(tasks: Tasks): Promise<readonly StoryEntry[]> {
    return this.session.call('story', this.select(tasks), this.signal);
  }

  /** Why each task is where it is: its state, what it waits for, how every worker would do. */
  async explain(tasks: Tasks): Promise<readonly TaskExplanation[]> {
    return this.session.call('explain', this.select(tasks), this.signal);
  }

  /** Versions on all sides, and where they differ. Mismatches are logged as warnings too. */
  async getVersions(): Promise<VersionReport> {
    const { scheduler, workers: answers } = await this.session.call('versions', null, this.signal);
    const client: Versions = { covey: COVEY_VERSION, node: process.versions.node, v8: process.versions.v8 };
    const workers = answersOf(answers);
    const mismatches = findMismatches({ client, scheduler, ...workers });
    for (const { name, versions } of mismatches) {
      this.core.logger.warn(`versions of ${name} differ`, versions);
    }
    return { client, scheduler, workers, mismatches };
  }
}

function isNamed(worker: WorkerInfo, chosen: readonly string[]): boolean {
  return chosen.includes(worker.address) || chosen.includes(worker.name) || chosen.includes(worker.host);
}

function answersOf<T>(answers: PerWorker<T>): Record<string, T> {
  const found: Record<string, T> = {};
  for (const [address, answer] of Object.entries(answers)) if ('ok' in answer) found[address] = answer.ok;
  return found;
}

/** Names that several processes report with different versions. */
function findMismatches(reports: Readonly<Record<string, Versions>>): VersionReport['mismatches'] {
  const byName = new Map<string, Record<string, string>>();
  for (const [process, versions] of Object.entries(reports)) {
    for (const [name, version] of Object.entries(versions)) {
      let entry = byName.get(name);
      if (entry === undefined) byName.set(name, (entry = {}));
      entry[process] = version;
    }
  }
  return [...byName]
    .filter(([, versions]) => new Set(Object.values(versions)).size > 1)
    .map(([name, versions]) => ({ name, versions }));
}
