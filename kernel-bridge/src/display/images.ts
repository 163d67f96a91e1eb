/**
 * Bytes that are an image are shown as one. Formats are known by how their files begin.
 */
import { typeOfSvg } from './svg.js';

/** Of what is shown without having been asked for: larger ones only when `display.png` and its like are told. */
const BYTES_MAX = 5e6;

const signatures: readonly (readonly [type: string, bytes: readonly (number | undefined)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  // RIFF, four bytes of length, WEBP
  ['image/webp', [0x52, 0x49, 0x46, 0x46, ...[undefined, undefined, undefined, undefined], 0x57, 0x45, 0x42, 0x50]],
];

export function imageBundle(value: object): Record<string, string> | undefined {
  if (!(value instanceof Uint8Array) || value.byteLength > BYTES_MAX) return undefined;
  const type = imageTypeOf(value);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (type !== undefined) return { [type]: bytes.toString('base64') };
  const text = value[0] === 0x3c || value[0] === 0xef ? bytes.toString('utf8') : '';
  return typeOfSvg(text) === undefined ? undefined : { 'image/svg+xml': text };
}

export function imageTypeOf(bytes: Uint8Array): string | undefined {
  const found = signatures.find(([, signature]) =>
    signature.every((byte, at) => byte === undefined || bytes[at] === byte),
  );
  return found?.[0];
}
