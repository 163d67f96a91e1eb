/**
 * One cluster's figures on one page: a loop a topic and what they brought, shared by all panels of the page.
 */
import { readFigures } from '@covey/protocol/bridge';
import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import { ClusterStore } from '../store/cluster-store.js';
import type { FigureSource } from './figure-source.js';
import { TopicLoop } from './topic-loop.js';
import type { FeedStatus } from './topic-loop.js';

const feeds = new WeakMap<FigureSource, ClusterFeed>();

/** The feed of a source: always the same one, so that panels share pulls. */
export function feedOf(source: FigureSource): ClusterFeed {
  let feed = feeds.get(source);
  if (feed === undefined) feeds.set(source, (feed = new ClusterFeed(source)));
  return feed;
}

export class ClusterFeed {
  readonly store = new ClusterStore();
  readonly source: FigureSource;
  readonly #delay: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #loops = new Map<FigureTopic, TopicLoop>();
  readonly #listeners = new Map<FigureTopic, Set<() => void>>();
  #epoch: string | undefined;

  constructor(source: FigureSource, delay = realDelay) {
    this.source = source;
    this.#delay = delay;
  }

  /** Pulls these topics, and calls the listener after each batch and each failure, until the returned function is called. */
  watch(topics: readonly FigureTopic[], listener: () => void): () => void {
    const releases = topics.map((topic) => {
      const listeners = this.#listeners.get(topic) ?? new Set<() => void>();
      this.#listeners.set(topic, listeners.add(listener));
      return this.#loop(topic).retain();
    });
    return () => {
      for (const topic of topics) this.#listeners.get(topic)?.delete(listener);
      for (const release of releases) release();
    };
  }

  /** The worst of these topics'. */
  status(topics: readonly FigureTopic[]): FeedStatus {
    const statuses = topics.map((topic) => this.#loop(topic).status);
    const worst = (phase: FeedStatus['phase']) => statuses.find((status) => status.phase === phase);
    return worst('interrupted') ?? worst('loading') ?? { phase: 'live' };
  }

  /** Tries again what failed, now. */
  retry(): void {
    for (const loop of this.#loops.values()) {
      if (loop.status.phase === 'interrupted') loop.retry();
    }
  }

  #loop(topic: FigureTopic): TopicLoop {
    let loop = this.#loops.get(topic);
    if (loop === undefined) {
      loop = new TopicLoop({
        pull: (cursor, signal) => this.source.pull(topic, cursor, signal),
        take: (batch) => this.#take(batch),
        delay: this.#delay,
        changed: () => this.#changed(topic),
      });
      this.#loops.set(topic, loop);
    }
    return loop;
  }

  #take(batch: FigureBatch): boolean {
    const isAnotherLife = this.#epoch !== undefined && batch.epoch !== this.#epoch;
    this.#epoch = batch.epoch;
    if (isAnotherLife) {
      this.store.clear();
      for (const loop of this.#loops.values()) loop.reset();
      for (const topic of this.#loops.keys()) this.#changed(topic);
      return false;
    }
    this.store.take(readFigures(batch));
    return true;
  }

  #changed(topic: FigureTopic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }
}

function realDelay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
