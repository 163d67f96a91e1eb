/** Figures of a made-up cluster, at the pace of a real one: for the gallery, for tests in a browser, for benchmarks. */
import { packTaskStream, packTransfers } from '@covey/protocol/bridge';
import type { FigureBatch, FigureTopic, PackedFigures } from '@covey/protocol/bridge';
import type { FigureSource } from '../feed/figure-source.js';
import { SampleCluster, START_MS } from './sample-cluster.js';
import type { SampleShape } from './sample-cluster.js';
import { SampleRuns } from './sample-runs.js';

/** What there is to see: a busy cluster, one without tasks and workers, one that never answers, one that has failed. */
export type SampleMood = 'busy' | 'empty' | 'loading' | 'failed' | 'ended';

export interface SampleOptions extends Partial<SampleShape> {
  readonly mood?: SampleMood;
  /** How much of the past the first answers tell. */
  readonly pastMs?: number;
  /** Answers come so often. */
  readonly everyMs?: number;
}

const STREAM_EVERY_MS = 100;
const SNAPSHOT_EVERY_MS = 500;
/** With what has ended, the first answers come and no others. */
const OVERVIEWS = 120;

export class SampleSource implements FigureSource {
  readonly cluster: SampleCluster;
  readonly #mood: SampleMood;
  readonly #everyMs: number | undefined;
  readonly #originMs: number;
  readonly #runs: SampleRuns;
  #profile: unknown;

  constructor(options: SampleOptions = {}) {
    const { mood = 'busy', pastMs = 40_000, everyMs } = options;
    this.#mood = mood;
    this.#everyMs = everyMs;
    this.cluster = new SampleCluster({
      seed: 7,
      workers: 12,
      threads: 4,
      functions: 12,
      tasksPerSecond: 400,
      graphNodes: 700,
      longNames: false,
      ...options,
    });
    const { shape, workerNames, functionNames } = this.cluster;
    this.#originMs = performance.now();
    const runs = {
      seed: shape.seed,
      workers: workerNames,
      threads: shape.threads,
      functions: functionNames,
      tasksPerSecond: shape.tasksPerSecond,
    };
    this.#runs = new SampleRuns(runs, START_MS + 600_000 - pastMs);
  }

  async pull(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<FigureBatch> {
    const first = cursor === 0;
    if (this.#mood === 'loading') await never(signal);
    if (this.#mood === 'failed') throw new Error('the scheduler can’t be reached');
    if (this.#mood === 'ended' && cursor >= (topic === 'overview' ? OVERVIEWS : 1)) {
      throw new Error('the cluster has ended: it was idle for 10 minutes');
    }
    const isPast = topic === 'overview' && cursor < OVERVIEWS;
    if (!first && !isPast)
      await pause(this.#everyMs ?? (topic === 'task-stream' ? STREAM_EVERY_MS : SNAPSHOT_EVERY_MS), signal);
    const pastOfOverview = isPast ? (OVERVIEWS - cursor) * 1000 : 0;
    const packed = this.#mood === 'empty' ? emptyOf(topic) : this.#packed(topic, this.#now() - pastOfOverview, first);
    return { topic, epoch: 'sample', cursor: cursor + 1, missed: 0, ...packed };
  }

  async ask(method: string, params: unknown): Promise<unknown> {
    if (this.#mood !== 'busy') throw new Error('the scheduler can’t be reached');
    const { key = 'merge-3f29a0c1' } = params as { readonly key?: string };
    return method === 'task' ? this.cluster.task(key, this.#now()) : {};
  }

  /** The scheduler's clock. */
  #now(): number {
    return START_MS + 600_000 + performance.now() - this.#originMs;
  }

  #packed(topic: FigureTopic, nowMs: number, first: boolean): PackedFigures {
    const { cluster } = this;
    switch (topic) {
      case 'task-stream':
        return packTaskStream(this.#runs.until(nowMs));
      case 'transfers':
        return packTransfers(cluster.transfers(nowMs));
      case 'graph': {
        const share = 0.45 + ((nowMs - START_MS) % 20_000) / 60_000;
        return plain({ nodes: cluster.graph(share), gone: [], leftOut: cluster.shape.graphNodes >= 5000 ? 12_000 : 0 });
      }
      case 'overview':
        return plain(cluster.overview(nowMs));
      case 'workers':
        return plain(cluster.workers(nowMs));
      case 'progress':
        return plain(cluster.progress(nowMs));
      case 'events':
        return plain(first ? cluster.events(nowMs) : []);
      case 'errors':
        return plain(cluster.errors(START_MS + 600_000));
      case 'profile':
        return plain(first ? (this.#profile = cluster.profile()) : this.#profile);
    }
  }
}

function emptyOf(topic: FigureTopic): PackedFigures {
  const none = { first: 0, added: [] };
  switch (topic) {
    case 'task-stream':
      return packTaskStream({
        start: new Float64Array(),
        duration: new Float32Array(),
        lane: new Uint16Array(),
        name: new Uint32Array(),
        outcome: new Uint8Array(),
        task: new Float64Array(),
        count: new Uint32Array(),
        lanes: none,
        names: none,
      });
    case 'transfers':
      return packTransfers({ workers: [], bytes: new Float64Array(), overMs: 500 });
    case 'graph':
      return plain({ nodes: [], gone: [], leftOut: 0 });
    case 'profile':
      return plain({ name: 'all', place: '', totalMs: 0, children: [] });
    case 'overview':
      return plain({
        ...new SampleCluster({
          seed: 1,
          workers: 0,
          threads: 1,
          functions: 1,
          tasksPerSecond: 0,
          graphNodes: 0,
          longNames: false,
        }).overview(START_MS),
        cpu: 0,
      });
    case 'workers':
    case 'progress':
    case 'events':
    case 'errors':
      return plain([]);
  }
}

function plain(json: unknown): PackedFigures {
  return { json, buffers: [] };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
