/**
 * Topics: what tasks print, workers log and programs announce. The last events of each topic are kept, within bounds, and every event is passed on to
 * who subscribed. It knows no connections: delivery is a callback.
 */
import type { ClientId } from '@covey/protocol/internal';

export interface TopicEvent {
  readonly timeMs: number;
  readonly payload: unknown;
}

/** An event among those of all topics. */
export interface NumberedEvent extends TopicEvent {
  readonly topic: string;
  /** Counts the events of all topics, from 1. */
  readonly number: number;
}

/** Bounds of what is kept. */
export interface TopicLimits {
  /** Topics; the one that was silent for longest goes first. Default 1,000. */
  readonly topics: number;
  /** Events of a topic. Default 1,000. */
  readonly events: number;
  /** Approximate size of a topic's events. Default 1 MB. */
  readonly bytes: number;
}

export const DEFAULT_TOPIC_LIMITS: TopicLimits = { topics: 1000, events: 1000, bytes: 1_000_000 };

interface Kept extends TopicEvent {
  readonly number: number;
  readonly nbytes: number;
}

interface Topic {
  /** Oldest first; those before `first` are dropped. */
  events: Kept[];
  first: number;
  nbytes: number;
}

export class Topics {
  readonly #limits: TopicLimits;
  readonly #deliver: (client: ClientId, topic: string, payload: unknown) => void;
  /** In the order of their last event. */
  readonly #topics = new Map<string, Topic>();
  readonly #subscribers = new Map<string, Set<ClientId>>();
  #published = 0;

  constructor(deliver: (client: ClientId, topic: string, payload: unknown) => void, limits: Partial<TopicLimits> = {}) {
    this.#deliver = deliver;
    this.#limits = { ...DEFAULT_TOPIC_LIMITS, ...limits };
  }

  publish(name: string, payload: unknown, timeMs: number): void {
    const topic = this.#topics.get(name) ?? { events: [], first: 0, nbytes: 0 };
    this.#topics.delete(name);
    this.#topics.set(name, topic);
    const nbytes = approximateBytes(payload);
    topic.events.push({ timeMs, payload, nbytes, number: ++this.#published });
    topic.nbytes += nbytes;
    this.#trim(topic);
    if (this.#topics.size > this.#limits.topics) {
      for (const silent of this.#topics.keys()) {
        this.#topics.delete(silent);
        break;
      }
    }
    for (const client of this.#subscribers.get(name) ?? []) this.#deliver(client, name, payload);
  }

  subscribe(client: ClientId, name: string): void {
    const subscribers = this.#subscribers.get(name);
    if (subscribers === undefined) this.#subscribers.set(name, new Set([client]));
    else subscribers.add(client);
  }

  unsubscribe(client: ClientId, name: string): void {
    const subscribers = this.#subscribers.get(name);
    if (subscribers?.delete(client) && subscribers.size === 0) this.#subscribers.delete(name);
  }

  /** The client is gone. */
  forget(client: ClientId): void {
    for (const name of [...this.#subscribers.keys()]) this.unsubscribe(client, name);
  }

  /** What is kept of one topic, or of all. */
  events(name?: string): Readonly<Record<string, readonly TopicEvent[]>> {
    const names = name === undefined ? [...this.#topics.keys()] : [name];
    return Object.fromEntries(names.map((each) => [each, this.#eventsOf(each)]));
  }

  /** How many events there ever were. */
  get published(): number {
    return this.#published;
  }

  /** What is kept of the events after the one of that number, in the order in which they came. */
  since(number: number): readonly NumberedEvent[] {
    const events: NumberedEvent[] = [];
    for (const [topic, { events: kept, first }] of this.#topics) {
      // From the newest back: most of what is kept is older.
      for (let i = kept.length - 1; i >= first && kept[i]!.number > number; i--) {
        const { timeMs, payload, number: own } = kept[i]!;
        events.push({ topic, timeMs, payload, number: own });
      }
    }
    return events.sort((a, b) => a.number - b.number);
  }

  get size(): number {
    return this.#topics.size;
  }

  #eventsOf(name: string): readonly TopicEvent[] {
    const topic = this.#topics.get(name);
    if (topic === undefined) return [];
    return topic.events.slice(topic.first).map(({ timeMs, payload }) => ({ timeMs, payload }));
  }

  /** Drops the oldest events beyond the limits; the newest stays in any case. */
  #trim(topic: Topic): void {
    const { events } = topic;
    while (
      topic.first < events.length - 1 &&
      (events.length - topic.first > this.#limits.events || topic.nbytes > this.#limits.bytes)
    ) {
      topic.nbytes -= events[topic.first++]!.nbytes;
    }
    if (topic.first * 2 > events.length) {
      topic.events = events.slice(topic.first);
      topic.first = 0;
    }
  }
}

/** About how much memory a payload takes; looks at no more than some hundred parts of it. */
function approximateBytes(payload: unknown): number {
  let parts = 200;
  const walk = (value: unknown): number => {
    if (parts-- <= 0) return 0;
    if (typeof value === 'string') return 16 + 2 * value.length;
    if (typeof value !== 'object' || value === null) return 16;
    if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
    let nbytes = 32;
    for (const part of Object.values(value)) nbytes += walk(part);
    return nbytes;
  };
  return 32 + walk(payload);
}
