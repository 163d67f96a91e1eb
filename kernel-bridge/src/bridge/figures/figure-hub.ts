/** All figures that anybody shows now: one connection a cluster, one feed a topic. */
import { ClusterNotFoundError, RunningCluster } from '@covey/deploy';
import type { Registry } from '@covey/deploy/internal';
import type { FigureTopic } from '@covey/protocol/bridge';
import type { Clock } from '@covey/protocol/internal';
import { ClusterLink } from './cluster-link.js';
import { FigureFeed } from './figure-feed.js';
import type { FigureViewer, SeenFigures } from './figure-feed.js';

/** What a viewer does with its subscription. */
export interface FigureSubscription {
  acknowledge(sequence: number): void;
  /** Idempotent. */
  close(): void;
}

interface ShownCluster {
  readonly link: ClusterLink;
  readonly feeds: Map<FigureTopic, FigureFeed>;
}

export class FigureHub {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #clusters = new Map<string, ShownCluster>();

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
  }

  /** @throws {ClusterNotFoundError} when no cluster of this name runs. */
  subscribe(cluster: string, topic: FigureTopic, viewer: FigureViewer, seen?: SeenFigures): FigureSubscription {
    this.#registry.get(cluster);
    const shown = this.#shown(cluster);
    let feed = shown.feeds.get(topic);
    if (feed === undefined) shown.feeds.set(topic, (feed = this.#feed(shown, topic)));
    const { show, end } = viewer;
    const counted: FigureViewer = {
      show,
      end: (code, reason, failure) => {
        end(code, reason, failure);
        this.#tidy(cluster, shown);
      },
    };
    feed.add(counted, seen);
    return {
      acknowledge: (sequence) => feed.acknowledge(counted, sequence),
      close: () => {
        feed.remove(counted);
        this.#tidy(cluster, shown);
      },
    };
  }

  #shown(cluster: string): ShownCluster {
    const known = this.#clusters.get(cluster);
    if (known !== undefined) return known;
    const find = (): RunningCluster => {
      const entry = this.#registry.find(cluster);
      if (entry === undefined) throw new ClusterNotFoundError(`the cluster '${cluster}' is over`);
      return new RunningCluster(entry, this.#registry);
    };
    const shown: ShownCluster = { link: new ClusterLink({ clock: this.#clock, find }), feeds: new Map() };
    this.#clusters.set(cluster, shown);
    return shown;
  }

  #feed({ link }: ShownCluster, topic: FigureTopic): FigureFeed {
    return new FigureFeed({
      topic,
      clock: this.#clock,
      pull: (cursor, waitMs, signal) => link.call('figures', { topic, cursor, waitMs }, signal),
    });
  }

  /** What nobody shows any more goes. */
  #tidy(cluster: string, shown: ShownCluster): void {
    for (const [topic, feed] of shown.feeds) if (feed.isEmpty) shown.feeds.delete(topic);
    if (shown.feeds.size > 0 || this.#clusters.get(cluster) !== shown) return;
    this.#clusters.delete(cluster);
    shown.link.close();
  }
}
