/**
 * A value as a front end shows it: representations by MIME type. Plain text is always among them, since notebooks are
 * also read where nothing else is shown.
 */
import { readSafely } from '../cluster/covey-package.js';
import { liveData } from '../cluster/live/live-displays.js';
import { arrowTable } from './arrow-table.js';
import { collectionTable } from './collection-table.js';
import { elementBundle } from './elements.js';
import { imageBundle } from './images.js';
import { recordsTable } from './records-table.js';
import { showTable } from './show-table.js';
import { textOf } from './text.js';
import { typedArrayText } from './typed-array.js';

export interface MimeBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** As other TypeScript kernels have it: a method that returns a bundle's data, now or later. */
export const displaySymbol = Symbol.for('Jupyter.display');

/** What a value says about itself can be late. */
export function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  const live = liveData(value);
  if (live !== undefined) return live instanceof Promise ? live.then(shownAs) : shownAs(live);
  const own = ownBundle(value);
  if (own instanceof Promise) return own.then((data) => bundleOfSaid(data, value));
  return own === undefined ? bundleNow(value) : bundleOfSaid(own, value);
}

function shownAs(data: MimeBundle['data']): MimeBundle {
  return { data, metadata: {} };
}

/** Without asking the value. */
export function bundleNow(value: unknown): MimeBundle {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return plain(textOf(value));
  try {
    return richBundle(value) ?? plain(textOf(value));
  } catch {
    // An object that throws when it is asked what it is (a revoked proxy, a getter) is shown as Node shows it.
    return plain(textOf(value));
  }
}

function richBundle(value: object): MimeBundle | undefined {
  const special = elementBundle(value) ?? imageBundle(value);
  if (special !== undefined) return { data: { 'text/plain': textOf(value), ...special }, metadata: {} };
  const table = arrowTable(value) ?? recordsTable(value) ?? collectionTable(value);
  if (table !== undefined) return { data: showTable(table), metadata: {} };
  const text = typedArrayText(value);
  return text === undefined ? undefined : plain(text);
}

function plain(text: string): MimeBundle {
  return { data: { 'text/plain': text }, metadata: {} };
}

function ownBundle(value: unknown): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const method = readSafely(value as Record<symbol, unknown>, displaySymbol);
  return typeof method === 'function' ? Reflect.apply(method, value, []) : undefined;
}

function bundleOfSaid(data: unknown, value: unknown): MimeBundle {
  if (!isBundleData(data)) return bundleNow(value);
  const given = Object.entries(data).filter(([, content]) => content !== undefined);
  const said = Object.fromEntries(given.map(([type, content]) => [type, encoded(content)]));
  return { data: 'text/plain' in said ? said : { ...said, 'text/plain': textOf(value) }, metadata: {} };
}

/**
 * Bytes travel as base64, all else as JSON.
 * @throws what JSON has nothing for.
 */
function encoded(content: unknown): unknown {
  if (typeof content === 'string') return content;
  if (!ArrayBuffer.isView(content)) return JSON.parse(JSON.stringify(content)) as unknown;
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64');
}

function isBundleData(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => key.includes('/'));
}
