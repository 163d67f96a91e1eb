/** The one digest of this package: short enough for keys, long enough never to collide. */
import { hash } from 'node:crypto';

/**
 * 130 bits of SHA-256, as 22 letters and digits: what separates the parts of a key (`name-hash`), or begins an option, is none of them. The
 * two signs of base64 become letters, which costs one bit of the 132 that the characters hold.
 */
export function digest(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22).replaceAll('-', 'A').replaceAll('_', 'B');
}
