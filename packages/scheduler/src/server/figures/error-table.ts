/** Failures of tasks, those of one function with one message together. Kept whether anybody looks or not: who looks comes after the failure. */
import type { ErrorGroup } from '@covey/protocol/bridge';
import type { ErrorReport } from '@covey/protocol/internal';
import type { Feed, Portion } from './feed.js';

const GROUPS_MAX = 200;
const KEYS_MAX = 10;
const WORKERS_MAX = 20;
const TITLE_MAX = 500;
const STACK_MAX = 4000;
/** Pictures are made this often at most. */
const INTERVAL_MS = 500;

interface Group {
  readonly name: string;
  readonly title: string;
  stack: string;
  count: number;
  readonly firstMs: number;
  lastMs: number;
  readonly keys: Set<string>;
  readonly workers: Set<string>;
}

export class ErrorTable implements Feed {
  /** In the order of their last failure. */
  readonly #groups = new Map<string, Group>();
  #failures = 0;
  /** What was last told of. */
  #told = 1;
  #toldFailures = 0;
  #dueMs = -Infinity;

  add(name: string, report: ErrorReport, worker: string | undefined, nowMs: number): void {
    const title = cut(`${report.name}: ${report.message}`, TITLE_MAX);
    const identity = `${name}\n${title}`;
    const group = this.#groups.get(identity) ?? {
      name,
      title,
      stack: '',
      count: 0,
      firstMs: nowMs,
      lastMs: nowMs,
      keys: new Set<string>(),
      workers: new Set<string>(),
    };
    this.#groups.delete(identity);
    this.#groups.set(identity, group);
    group.count++;
    group.lastMs = nowMs;
    group.stack = cut(report.stack ?? '', STACK_MAX);
    if (group.keys.size < KEYS_MAX) group.keys.add(report.key);
    if (worker !== undefined && group.workers.size < WORKERS_MAX) group.workers.add(worker);
    this.#failures++;
    if (this.#groups.size > GROUPS_MAX) {
      for (const oldest of this.#groups.keys()) {
        this.#groups.delete(oldest);
        break;
      }
    }
  }

  newest(nowMs: number): number {
    if (this.#failures !== this.#toldFailures && nowMs >= this.#dueMs) {
      this.#toldFailures = this.#failures;
      this.#told++;
      this.#dueMs = nowMs + INTERVAL_MS;
    }
    return this.#told;
  }

  read(_cursor: number, nowMs: number): Portion {
    const groups: ErrorGroup[] = [...this.#groups.values()]
      .reverse()
      .map((group) => ({ ...group, keys: [...group.keys], workers: [...group.workers] }));
    return { cursor: this.newest(nowMs), missed: 0, json: groups, buffers: [] };
  }
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
