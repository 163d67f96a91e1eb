/**
 * A value as a front end shows it: representations by MIME type.
 */
import { inspect } from 'node:util';
import type { InspectOptions } from 'node:util';

export interface MimeBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** As other TypeScript kernels have it: a method that returns a bundle's data, now or later. */
export const displaySymbol = Symbol.for('Jupyter.display');

/** Never megabytes by accident. */
const shown: InspectOptions = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 80 };
const TEXT_MAX = 100_000;

export function textOf(value: unknown): string {
  const isPrimitive = (typeof value !== 'object' && typeof value !== 'function') || value === null;
  const text = inspect(value, { ...shown, colors: !isPrimitive });
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}\n… ${text.length - TEXT_MAX} more characters`;
}

export function bundleOf(value: unknown): MimeBundle {
  const own = ownBundle(value);
  if (own !== undefined) return { data: own, metadata: {} };
  return { data: { 'text/plain': textOf(value) }, metadata: {} };
}

/** What a value says about itself. */
function ownBundle(value: unknown): Record<string, unknown> | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const method: unknown = (value as Record<symbol, unknown>)[displaySymbol];
  if (typeof method !== 'function') return undefined;
  const bundle: unknown = Reflect.apply(method, value, []);
  return isBundleData(bundle) ? bundle : undefined;
}

function isBundleData(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => key.includes('/'));
}
