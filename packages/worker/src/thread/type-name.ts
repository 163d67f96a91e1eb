import { cutText, MAX_NAME_LENGTH } from '@covey/protocol/internal';

/** What a result is, in a word for people: the `type` of a future. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'Array';
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const constructor = prototype?.constructor;
  return typeof constructor === 'function' && constructor.name !== ''
    ? cutText(constructor.name, MAX_NAME_LENGTH)
    : 'Object';
}
