/** The one digest of this package: short enough for keys, long enough never to collide. */
import { hash } from 'node:crypto';

/** 128 bits of SHA-256, as 22 characters that are safe in file names and URLs. */
export function digest(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22);
}
