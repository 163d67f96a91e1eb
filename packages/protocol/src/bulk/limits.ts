/** Default bounds and sizes of bulk connections. */
import { constants } from 'node:buffer';
import type { BulkLimits } from './wire.js';

export const DEFAULT_BULK_LIMITS: BulkLimits = {
  maxBodyBytes: 64 * 2 ** 20,
  maxHeaderBytes: 256 * 2 ** 20,
  maxBufferBytes: constants.MAX_LENGTH,
};

/** A connection on which nothing moves for so long is given up. */
export const STALL_TIMEOUT_MS = 60_000;
