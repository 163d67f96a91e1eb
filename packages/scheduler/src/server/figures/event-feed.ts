/** Events of all topics, in the order in which they came. */
import type { EventRow } from '@covey/protocol/bridge';
import type { NumberedEvent, Topics } from '../state/topics.js';
import type { Feed, Portion } from './feed.js';

/** Events in one portion. */
const PORTION = 500;
const TEXT_MAX = 500;
const PAYLOAD_MAX = 4000;

export class EventFeed implements Feed {
  readonly #topics: Topics;

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  newest(): number {
    return this.#topics.published;
  }

  read(cursor: number): Portion {
    const after = cursor > this.#topics.published ? 0 : cursor;
    const events = this.#topics.since(after);
    const told = events.slice(0, PORTION);
    const last = told.length < events.length ? told.at(-1)!.number : this.#topics.published;
    // What was dropped for want of room lies before or between what is left.
    const missed = last - after - told.length;
    return { cursor: last, missed, json: told.map(rowOf), buffers: [] };
  }
}

function rowOf({ timeMs, topic, payload }: NumberedEvent): EventRow {
  const shown = plainOf(payload);
  return { timeMs, topic, level: levelOf(topic, payload), text: textOf(topic, payload, shown), payload: shown };
}

function levelOf(topic: string, payload: unknown): EventRow['level'] {
  const { level, death } = fieldsOf(payload);
  if (level === 'error' || (topic === 'workers' && death !== null && death !== undefined)) return 'error';
  return level === 'warning' || level === 'warn' || topic === 'warning' ? 'warning' : 'info';
}

function textOf(topic: string, payload: unknown, shown: unknown): string {
  const fields = fieldsOf(payload);
  if (topic === 'workers' && typeof fields['worker'] === 'string') {
    const { worker, left, nthreads } = fields;
    const threads = nthreads === 1 ? '1 thread' : `${String(nthreads)} threads`;
    return cut(typeof left === 'string' ? `${worker} left: ${left}` : `${worker} came, with ${threads}`);
  }
  for (const name of ['text', 'message', 'line']) {
    const text = fields[name];
    if (typeof text === 'string') return cut(text.trimEnd());
  }
  if (typeof payload === 'string') return cut(payload.trimEnd());
  return cut(shown === null && payload !== null ? 'more than can be shown' : JSON.stringify(shown));
}

/** A payload as JSON can have it; null for one that is too large for a list. */
function plainOf(payload: unknown): unknown {
  const text = JSON.stringify(payload ?? null, (_name, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? `${value.length} bytes` : value;
  });
  return text.length > PAYLOAD_MAX ? null : (JSON.parse(text) as unknown);
}

function fieldsOf(payload: unknown): Readonly<Record<string, unknown>> {
  return typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
