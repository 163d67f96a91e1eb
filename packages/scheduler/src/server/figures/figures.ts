/**
 * Live figures for whoever shows the cluster. They are pulled: a viewer names the newest that it has, and is answered as
 * soon as there is something newer, ten times a second at most. What only viewers need is collected from the first pull
 * until nobody has asked for a minute.
 */
import { CallArgumentError, CallTimeoutError } from '@covey/protocol';
import type { FigureBatch, FigureTopic, ProfileNode } from '@covey/protocol/bridge';
import { deferred } from '@covey/protocol/internal';
import type { Clock, ErrorReport, Timer, WorkerHeartbeat, WorkerId } from '@covey/protocol/internal';
import type { ServerParts } from '../calls/call-table.js';
import { ErrorTable } from './error-table.js';
import { EventFeed } from './event-feed.js';
import type { Feed } from './feed.js';
import { GraphView } from './graph-view.js';
import { overviewOf, progressOf, WorkerRows } from './pictures.js';
import { ProfileFeed } from './profile-feed.js';
import { plainSnapshot, Snapshot } from './snapshot.js';
import { TaskStream } from './task-stream.js';
import { Transfers } from './transfers.js';
import { WorkerRuns } from './worker-runs.js';

/**
 * Whoever waits is answered ten times a second, and where many wait less often, down to a time in 0.6 s: some seventy topics a second in all. What is told
 * is made once for all of them; what an answer costs is the request, and a page asks for all of its topics in one.
 */
const TICK_MS = 100;
const TOPIC_MS = 15;
const MOST_TICK_MS = 600;
/** Pictures are made twice a second at most, and for many viewers with every second answer. */
const PICTURE_MS = 500;
const PICTURE_TICKS = 2;
/** Pictures that look through all tasks are made so much less often: this many tasks a millisecond. */
const TASKS_PER_MS = 1000;
/** After so long without a pull, nobody watches. */
const UNWATCHED_MS = 60_000;
export const MAX_WAIT_MS = 30_000;
/** Viewers that wait at once: more than any number of dashboards. */
const WAITING_MAX = 1000;

/** Calls back when nobody waits for an answer any more: what an `AbortSignal` tells, and a fraction of what one costs. */
export type WhenGone = (listener: (reason: Error) => void) => void;

/** A topic, and the newest of it that who asks has. */
export interface Asked {
  readonly topic: FigureTopic;
  readonly cursor: number;
}

interface Pull {
  readonly asked: readonly Asked[];
  readonly untilMs: number;
  readonly answer: (batches: readonly FigureBatch[]) => void;
  readonly refuse: (error: Error) => void;
}

export interface FiguresOptions {
  readonly parts: Pick<ServerParts, 'core' | 'info' | 'topics' | 'now'>;
  readonly clock: Clock;
  readonly epoch: string;
  /** Has every worker watch its threads for so long. */
  readonly askProfiles: (durationMs: number) => Promise<readonly ProfileNode[]>;
}

export class Figures {
  readonly #options: FiguresOptions;
  readonly #feeds: Readonly<Record<FigureTopic, Feed>>;
  readonly #errors = new ErrorTable();
  readonly #stream = new TaskStream();
  readonly #transfers: Transfers;
  readonly #waiting = new Set<Pull>();
  /** What was told last of each topic, to whom knew so much when there was so much. */
  readonly #last = new Map<
    FigureTopic,
    { readonly known: number; readonly newest: number; readonly batch: FigureBatch }
  >();
  /** Reports that are counted: dependents carry them on. */
  readonly #known = new WeakSet<ErrorReport>();
  #erred = 0;
  #isWatched = false;
  #pulledMs = 0;
  #tick: Timer | undefined;
  #tickMs = TICK_MS;
  #servedMs = -Infinity;
  #rest: Timer | undefined;

  constructor(options: FiguresOptions) {
    this.#options = options;
    const { parts } = options;
    const { core } = parts;
    const rows = new WorkerRows();
    const everyPicture = () => Math.max(PICTURE_MS, PICTURE_TICKS * this.#tickMs);
    this.#transfers = new Transfers(parts.now());
    this.#feeds = {
      overview: plainSnapshot((nowMs) => overviewOf(parts, this.#erred, nowMs), everyPicture),
      workers: plainSnapshot((nowMs) => rows.of(parts, nowMs), everyPicture),
      progress: plainSnapshot(
        () => progressOf(parts),
        () => Math.max(everyPicture(), Object.values(core.counts()).reduce((sum, n) => sum + n, 0) / TASKS_PER_MS),
      ),
      'task-stream': this.#stream,
      graph: new GraphView(core),
      transfers: new Snapshot((nowMs) => this.#transfers.take(core.workers(nowMs), nowMs), everyPicture),
      events: new EventFeed(parts.topics),
      errors: this.#errors,
      profile: new ProfileFeed(options.askProfiles),
    };
  }

  /** Whether anybody looks: only then runs and transfers need to be told. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  /** The topics that there are. */
  get topics(): readonly FigureTopic[] {
    return Object.keys(this.#feeds) as FigureTopic[];
  }

  /**
   * What is newer than the cursors, as soon as there is something of any topic; after `waitMs` at the latest, perhaps nothing of all.
   * @throws {CallArgumentError} when there is no such topic; the reason why who asked is gone.
   */
  pull(
    asked: readonly { readonly topic: string; readonly cursor: number }[],
    waitMs: number,
    whenGone?: WhenGone,
  ): Promise<readonly FigureBatch[]> {
    this.#check(asked);
    if (this.#waiting.size >= WAITING_MAX) throw new CallTimeoutError('too many viewers wait for figures; try later');
    const nowMs = this.#options.parts.now();
    this.#watch(nowMs);
    const { promise, resolve, reject } = deferred<readonly FigureBatch[]>();
    const pull: Pull = {
      asked,
      untilMs: nowMs + Math.min(waitMs, MAX_WAIT_MS),
      answer: (batches) => {
        this.#waiting.delete(pull);
        resolve(batches);
      },
      refuse: (error) => {
        this.#waiting.delete(pull);
        reject(error);
      },
    };
    // A newcomer is shown what there is; who has seen something waits for the next tick, which makes the pace.
    if (asked.some(({ topic, cursor }) => cursor === 0 && this.#feeds[topic].newest(nowMs) > 0)) {
      pull.answer(this.#news(asked, nowMs));
    } else {
      this.#waiting.add(pull);
      // The pace goes on while nobody waits: who was answered is back before the next tick.
      this.#serveIn(Math.max(0, this.#servedMs + this.#tickMs - nowMs));
      whenGone?.(pull.refuse);
    }
    return promise;
  }

  /** Takes the runs on a worker's threads, which are to be told while somebody watches. */
  runsOf(worker: string): WorkerRuns {
    return new WorkerRuns(this.#stream, worker);
  }

  /** A task has failed. To be told always. */
  failed(name: string, report: ErrorReport, worker: string | undefined, nowMs: number): void {
    this.#erred++;
    this.#known.add(report);
    this.#errors.add(name, report, worker, nowMs);
  }

  /** A client was told of a failure. Those that no worker tells of are the scheduler's own: a worker that died, a worker that never came. */
  told(report: ErrorReport): void {
    if (report.code === undefined || this.#known.has(report)) return;
    this.#known.add(report);
    const { core, now } = this.#options.parts;
    this.#errors.add(core.taskInfo(report.key)?.name ?? report.key, report, report.worker, now());
  }

  heartbeat(worker: WorkerId, { fetched }: WorkerHeartbeat): void {
    if (!this.#isWatched || fetched === undefined) return;
    for (const [from, bytes] of fetched) this.#transfers.add(from, worker, bytes);
  }

  close(): void {
    const { clock } = this.#options;
    for (const timer of [this.#tick, this.#rest]) if (timer !== undefined) clock.clearTimer(timer);
    for (const pull of this.#waiting) pull.refuse(new CallTimeoutError('the scheduler ends'));
  }

  #check(asked: readonly { readonly topic: string; readonly cursor: number }[]): asserts asked is readonly Asked[] {
    const unknown = asked.find(({ topic }) => !Object.hasOwn(this.#feeds, topic));
    if (unknown === undefined && asked.length > 0) return;
    const what = unknown === undefined ? 'no figures are asked for' : `there are no figures '${unknown.topic}'`;
    throw new CallArgumentError(`${what}; there are: ${this.topics.join(', ')}`);
  }

  #serve(): void {
    this.#tick = undefined;
    let topics = 0;
    const nowMs = this.#options.parts.now();
    this.#servedMs = nowMs;
    for (const pull of this.#waiting) {
      topics += pull.asked.length;
      const news = this.#news(pull.asked, nowMs);
      if (news.length > 0) pull.answer(news);
      else if (nowMs >= pull.untilMs) pull.answer(pull.asked.map((each) => this.#batch(each, nowMs)));
    }
    this.#tickMs = Math.min(MOST_TICK_MS, Math.max(TICK_MS, topics * TOPIC_MS));
    this.#stream.lookMs = this.#tickMs;
    if (this.#waiting.size > 0) this.#serveIn(this.#tickMs);
  }

  #serveIn(delayMs: number): void {
    this.#tick ??= this.#options.clock.setTimer(() => this.#serve(), delayMs);
  }

  /**
   * What there is to tell: nothing, as long as there is nothing newer; then also that there is nothing of a topic of which nothing was seen yet.
   * A cursor beyond the newest is another life's: its viewer starts anew.
   */
  #news(asked: readonly Asked[], nowMs: number): readonly FigureBatch[] {
    const isNewer = ({ topic, cursor }: Asked): boolean => this.#feeds[topic].newest(nowMs) !== cursor;
    if (!asked.some(isNewer)) return [];
    return asked.filter((each) => each.cursor === 0 || isNewer(each)).map((each) => this.#batch(each, nowMs));
  }

  #batch({ topic, cursor }: Asked, nowMs: number): FigureBatch {
    const feed = this.#feeds[topic];
    const newest = feed.newest(nowMs);
    const known = cursor > newest ? 0 : cursor;
    // Viewers that keep up ask for the same: it is made once.
    const last = this.#last.get(topic);
    if (last?.known === known && last.newest === newest) return last.batch;
    const batch = { topic, epoch: this.#options.epoch, ...feed.read(known, nowMs) };
    this.#last.set(topic, { known, newest, batch });
    return batch;
  }

  #watch(nowMs: number): void {
    this.#pulledMs = nowMs;
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#transfers.forget(nowMs);
    this.#restIn(UNWATCHED_MS);
  }

  #restIn(delayMs: number): void {
    const { clock, parts } = this.#options;
    this.#rest = clock.setTimer(() => {
      const leftMs = this.#pulledMs + UNWATCHED_MS - parts.now();
      if (leftMs > 0 || this.#waiting.size > 0) {
        this.#restIn(Math.max(leftMs, TICK_MS));
        return;
      }
      this.#isWatched = false;
      this.#last.clear();
      for (const feed of Object.values(this.#feeds)) feed.rest?.();
    }, delayMs);
  }
}
