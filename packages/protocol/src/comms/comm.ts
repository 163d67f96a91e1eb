/**
 * A comm: an ordered stream of whole frames between two authenticated processes, until it breaks. Adapters carry it over WebSockets (TCP, TLS, Unix
 * sockets) and within a process; all pass one compliance suite. What frames mean, and what happens after a break, is for the channel above.
 */

/** Why a comm ended. */
export const CLOSE_CODES = [
  'closed',
  'lost',
  'authentication',
  'protocol',
  'oversized',
  'slow-peer',
  'dead-peer',
  'replaced',
] as const;
export type CloseCode = (typeof CLOSE_CODES)[number];

/** Why a comm ended, and a sentence about it. */
export interface CloseReason {
  readonly code: CloseCode;
  readonly message: string;
}

/** Who is at the other end. */
export interface CommPeer {
  /** The role that the peer proved itself in, e.g. `scheduler`. */
  readonly role: string;
  /** Where the peer is: what was dialled, or the remote end of an accepted connection. */
  readonly address: string;
  /** Whether the peer is on this machine. */
  readonly local: boolean;
  /** The peer's version of Covey. */
  readonly coveyVersion: string;
}

/** An ordered stream of frames; see the compliance suite for its contract. */
export interface Comm {
  /** Queues a frame; after the end it does nothing. The bytes must not change until they are sent. */
  send(frame: Uint8Array): void;
  /** Called with each frame, in order. Frames that arrive before it is set wait. The bytes are the receiver's own. */
  onframe: ((frame: Uint8Array) => void) | undefined;
  /** Called once when the comm has ended, never within {@link send} or {@link close}. If set later, it is called then. */
  onclose: ((reason: CloseReason) => void) | undefined;
  /** Bytes queued here that the system has not taken yet. */
  readonly bufferedBytes: number;
  readonly peer: CommPeer;
  /** Ends the comm after what was queued is sent. Safe to call again. */
  close(code?: CloseCode, message?: string): void;
  readonly closed: boolean;
}

/** Bounds of a comm. */
export interface CommLimits {
  /** The longest frame that is taken, in bytes. Default 512 MiB. */
  readonly maxFrameBytes: number;
  /** A peer that lets more than these bytes queue here is disconnected. Default 256 MiB. */
  readonly maxBufferedBytes: number;
}

export const DEFAULT_COMM_LIMITS: CommLimits = { maxFrameBytes: 512 * 2 ** 20, maxBufferedBytes: 256 * 2 ** 20 };

/** What adapters share: frames that wait for a listener, and an end that is told once. */
export abstract class BaseComm implements Comm {
  readonly peer: CommPeer;
  protected readonly limits: CommLimits;
  #onframe: ((frame: Uint8Array) => void) | undefined;
  #onclose: ((reason: CloseReason) => void) | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #reason: CloseReason | undefined;
  #told = false;

  constructor(peer: CommPeer, limits: CommLimits) {
    this.peer = peer;
    this.limits = limits;
  }

  abstract send(frame: Uint8Array): void;
  abstract close(code?: CloseCode, message?: string): void;
  abstract readonly bufferedBytes: number;
  abstract readonly closed: boolean;

  get onframe(): ((frame: Uint8Array) => void) | undefined {
    return this.#onframe;
  }

  set onframe(listener: ((frame: Uint8Array) => void) | undefined) {
    this.#onframe = listener;
    // The listener may take itself away after a frame: the rest waits on.
    while (this.#onframe !== undefined) {
      const frame = this.#waiting.shift();
      if (frame === undefined) break;
      this.#waitingBytes -= frame.length;
      this.#onframe(frame);
    }
  }

  get onclose(): ((reason: CloseReason) => void) | undefined {
    return this.#onclose;
  }

  set onclose(listener: ((reason: CloseReason) => void) | undefined) {
    this.#onclose = listener;
    if (listener !== undefined && this.#reason !== undefined && !this.#told) queueMicrotask(() => this.#tell());
  }

  protected received(frame: Uint8Array): void {
    if (this.#onframe !== undefined && this.#waiting.length === 0) {
      this.#onframe(frame);
      return;
    }
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes > this.limits.maxBufferedBytes)
      this.close('oversized', 'too much came before it was asked for');
  }

  protected ended(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#tell();
  }

  #tell(): void {
    if (this.#told || this.#reason === undefined || this.#onclose === undefined) return;
    this.#told = true;
    this.#onclose(this.#reason);
  }
}
