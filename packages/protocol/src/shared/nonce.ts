/** Random identifiers: the one maker of them, injectable so that tests and simulations repeat. */
import { randomBytes } from 'node:crypto';

/** Gives `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Bytes from the operating system's generator. */
export const systemRandomBytes: RandomBytes = (length) => randomBytes(length);

/**
 * A random identifier of 22 letters and digits, safe in file names, URLs, and between the dashes of a key. The two signs of base64 become letters,
 * so it has one bit less than the 128 that went in.
 */
export function makeNonce(random: RandomBytes = systemRandomBytes): string {
  return Buffer.from(random(16)).toString('base64url').replaceAll('-', 'A').replaceAll('_', 'B');
}
