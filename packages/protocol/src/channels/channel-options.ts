/** How a channel is bounded and timed, and how it ends. */
import type { CoveyError } from '../errors.js';
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import { ConnectionClosedError } from '../transport-errors.js';
import type { KeepaliveOptions } from './keepalive.js';
import type { TurnEnd } from './turn.js';

/** Why a session is gone for good. */
export type ChannelCloseCode =
  /** One side closed it. */
  | 'closed'
  /** The peer no longer knows the session: its owner must synchronise again over a new channel. */
  | 'session-lost'
  /** The peer did not come back (or was not reached) in time. */
  | 'grace-ended'
  /** The peer sent something that the protocol does not allow, or says that we did. */
  | 'protocol-error'
  /** More was written than the peer took in. */
  | 'overflow'
  /** The peer refuses us: secret, version, or its own reason. */
  | 'refused'
  /** A handler failed in a way that is not the peer's fault. */
  | 'internal-error';

export interface ChannelCloseReason {
  readonly code: ChannelCloseCode;
  readonly message: string;
  readonly error?: CoveyError;
}

/** Bounds and timing of a channel. */
export interface ChannelOptions {
  /** A frame is cut when it has about so many bytes. Default 256 KiB. */
  readonly frameBytes?: number;
  /** The session ends when more bytes than this are unacknowledged. Default 256 MiB. */
  readonly maxUnacknowledgedBytes?: number;
  readonly keepalive?: Partial<KeepaliveOptions>;
  readonly clock?: Clock;
  readonly turnEnd?: TurnEnd;
  readonly logger?: Logger;
  /** The number of the first frame in both directions; tests begin near the wrap-around. Default 1. */
  readonly firstSequence?: number;
}

/** The error for whoever waited on a session that ended. */
export function closedError(reason: ChannelCloseReason): ConnectionClosedError {
  return new ConnectionClosedError(`the session ended (${reason.code}): ${reason.message}`, {
    cause: reason.error,
    data: { reason: reason.code },
  });
}
