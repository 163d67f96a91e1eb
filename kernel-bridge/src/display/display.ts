/**
 * `display(value)` and its relatives: rich output from anywhere in a cell.
 */
import { randomUUID } from 'node:crypto';
import type { NotebookScope } from '../cells/notebook-scope.js';
import type { Output } from '../execution/output.js';
import { bundleOf } from './mime-bundle.js';
import type { MimeBundle } from './mime-bundle.js';

/** What was displayed, to be replaced later. */
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in its place, everywhere that it is shown. */
  update(value: unknown): void;
}

/** Functions of `display` for one MIME type each. */
const textTypes = {
  html: 'text/html',
  svg: 'image/svg+xml',
  markdown: 'text/markdown',
  latex: 'text/latex',
  text: 'text/plain',
} as const;
const jsonTypes = {
  json: 'application/json',
  vega: 'application/vnd.vega.v5+json',
  vegaLite: 'application/vnd.vegalite.v5+json',
} as const;
const imageTypes = { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' } as const;

export function provideDisplay(scope: NotebookScope, output: Output): void {
  const show = ({ data, metadata }: MimeBundle, id: string, isUpdate = false): void =>
    output.publish(isUpdate ? 'update_display_data' : 'display_data', {
      data,
      metadata,
      transient: { display_id: id },
    });
  const handleOf = (id: string, toBundle: (value: unknown) => MimeBundle): DisplayHandle => ({
    id,
    update: (value) => show(toBundle(value), id, true),
  });
  const displayer =
    (toBundle: (value: unknown) => MimeBundle) =>
    (value: unknown, options: { readonly id?: string } = {}): DisplayHandle => {
      const id = options.id ?? randomUUID();
      show(toBundle(value), id);
      return handleOf(id, toBundle);
    };
  const ofType = (type: string, convert: (value: unknown) => unknown, plain = ''): ((value: unknown) => MimeBundle) => {
    return (value) => ({
      data: { [type]: convert(value), ...(plain === '' ? {} : { 'text/plain': plain }) },
      metadata: {},
    });
  };
  const display = Object.assign(displayer(bundleOf), {
    ...mapValues(textTypes, (type) => displayer(ofType(type, String))),
    ...mapValues(jsonTypes, (type) => displayer(ofType(type, (value) => value, `<${type}>`))),
    ...mapValues(imageTypes, (type) => displayer(ofType(type, base64Of, `<${type}>`))),
    /** A bundle of one's own: data by MIME type. */
    bundle: displayer((data) => ({ data: data as MimeBundle['data'], metadata: {} })),
    /** Replaces what was displayed under an id. */
    update: (id: string, value: unknown) => show(bundleOf(value), id, true),
    /** Takes the cell's output away; with `wait`, once something else comes. */
    clear: (wait = false) => output.publish('clear_output', { wait }),
  });
  scope.provide('display', display);
}

function base64Of(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  throw new TypeError('An image is given as bytes, or as text in base64.');
}

function mapValues<K extends string, V, R>(record: Readonly<Record<K, V>>, map: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as V)])) as Record<K, R>;
}
