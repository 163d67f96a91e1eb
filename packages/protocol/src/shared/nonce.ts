/** Random identifiers: the one maker of them, injectable so that tests and simulations repeat. */
import { randomBytes } from 'node:crypto';

/** Gives `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Bytes from the operating system's generator. */
export const systemRandomBytes: RandomBytes = (length) => randomBytes(length);

/** A random identifier of 128 bits in 22 characters, safe in file names and URLs. */
export function makeNonce(random: RandomBytes = systemRandomBytes): string {
  return Buffer.from(random(16)).toString('base64url');
}
