/** Prometheus' text format, version 0.0.4: families of samples, written in one pass. A library is not needed to print numbers. */

export type MetricType = 'counter' | 'gauge' | 'summary';

/** A value, with the labels that tell it from others of its family, and what is appended to the family's name (`_sum`, `_count`). */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly suffix?: string;
}

export const EXPOSITION_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Collects families; {@link text} is the page. */
export class Exposition {
  readonly #prefix: string;
  readonly #lines: string[] = [];
  readonly #families = new Set<string>();

  /** Every family's name begins with the prefix. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a family. @throws {TypeError} for a bad name, or one that was given before */
  family(name: string, type: MetricType, help: string, samples: Iterable<Sample>): this {
    const full = `${this.#prefix}${name}`;
    if (!/^[a-zA-Z_:][\w:]*$/.test(full)) throw new TypeError(`'${full}' is not a name of a metric`);
    if (this.#families.has(full)) throw new TypeError(`the metric '${full}' was given twice`);
    this.#families.add(full);
    this.#lines.push(`# HELP ${full} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`, `# TYPE ${full} ${type}`);
    for (const sample of samples) {
      this.#lines.push(`${full}${sample.suffix ?? ''}${formatLabels(sample.labels)} ${formatNumber(sample.value)}`);
    }
    return this;
  }

  gauge(name: string, help: string, value: number): this {
    return this.family(name, 'gauge', help, [{ value }]);
  }

  counter(name: string, help: string, value: number): this {
    return this.family(name, 'counter', help, [{ value }]);
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** One sample for each entry of a map, told apart by one label. */
export function byLabel(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ value, labels: { [label]: name } }));
}

function formatLabels(labels: Sample['labels']): string {
  if (labels === undefined) return '';
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}
