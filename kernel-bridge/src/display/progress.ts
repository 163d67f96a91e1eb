/**
 * A bar that is updated in place, at most ten times a second however fast the steps are.
 */
import { escaped } from './show-table.js';

type Show = (data: Record<string, string>, isUpdate: boolean) => void;

type Items<T> = Iterable<T> | AsyncIterable<T>;

const INTERVAL_MS = 100;
const WIDTH = 30;

/**
 * `const bar = display.progress(100); bar.advance()`, or `for (const x of display.progress(list)) …`, or `for await`.
 */
export class Progress<T = unknown> implements Iterable<T>, AsyncIterable<T> {
  readonly total: number;
  readonly #items: Items<T>;
  readonly #show: Show;
  readonly #startedMs = performance.now();
  #label: string;
  #value = 0;
  #shownMs = Number.NEGATIVE_INFINITY;
  #later: NodeJS.Timeout | undefined;

  constructor(over: number | Items<T>, label: string, show: Show) {
    if (typeof over !== 'number' && !hasIterator(over, Symbol.iterator) && !hasIterator(over, Symbol.asyncIterator)) {
      throw new TypeError('display.progress takes a number of steps, or what can be walked through.');
    }
    this.#items = typeof over === 'number' ? [] : over;
    this.total = typeof over === 'number' ? over : lengthOf(over);
    this.#label = label;
    this.#show = show;
    this.#draw(false);
  }

  static is(value: object): boolean {
    return #show in value;
  }

  get value(): number {
    return this.#value;
  }

  set value(value: number) {
    this.#value = value;
    this.#drawSoon();
  }

  get label(): string {
    return this.#label;
  }

  set label(label: string) {
    this.#label = label;
    this.#drawSoon();
  }

  advance(steps = 1): void {
    this.value = this.#value + steps;
  }

  /** Walks through what it was made for, a step for each item. */
  *[Symbol.iterator](): Iterator<T> {
    const items = this.#items;
    if (!hasIterator(items, Symbol.iterator)) {
      throw new TypeError('What comes with time is walked through by for await.');
    }
    try {
      for (const item of items) {
        yield item;
        this.advance();
      }
    } finally {
      this.#draw(true);
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    try {
      for await (const item of this.#items) {
        yield item;
        this.advance();
      }
    } finally {
      this.#draw(true);
    }
  }

  #drawSoon(): void {
    const waitMs = this.#shownMs + INTERVAL_MS - performance.now();
    if (waitMs <= 0 || this.#value >= this.total) this.#draw(true);
    else this.#later ??= setTimeout(() => this.#draw(true), waitMs).unref();
  }

  #draw(isUpdate: boolean): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#shownMs = performance.now();
    const part = Number.isFinite(this.total) && this.total > 0 ? Math.min(1, Math.max(0, this.#value / this.total)) : 0;
    const filled = Math.round(part * WIDTH);
    const label = this.#label === '' ? '' : `${this.#label} `;
    const figures = this.#figures(part);
    const plain = `${label}${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${figures}`;
    const html = `<div>${escaped(label)}<progress value="${part}" max="1"></progress> ${escaped(figures)}</div>`;
    this.#show({ 'text/plain': plain, 'text/html': html }, isUpdate);
  }

  #figures(part: number): string {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const count = Number.isFinite(this.total) ? `${this.#value}/${this.total}` : String(this.#value);
    const left = part > 0 && part < 1 ? `, ${(seconds / part - seconds).toFixed(1)} s left` : '';
    return `${Math.floor(part * 100)}% ${count}, ${seconds.toFixed(1)} s${left}`;
  }
}

function hasIterator<Key extends symbol>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof (value as Partial<Record<Key, unknown>> | null | undefined)?.[key] === 'function';
}

/** Of what doesn't know how long it is: no end. */
function lengthOf(items: object): number {
  const { length, size } = items as { length?: unknown; size?: unknown };
  return typeof length === 'number' ? length : typeof size === 'number' ? size : Number.POSITIVE_INFINITY;
}
