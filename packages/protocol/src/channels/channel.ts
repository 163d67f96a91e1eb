/**
 * A channel: an ordered, exactly-once stream of message batches between two peers that survives reconnects.
 *
 * What is written in one turn of the event loop leaves as one frame. Frames are numbered and kept until the peer acknowledges them, so that a session can
 * resume over a new comm. The channel knows neither what messages mean nor who dials again: its owner (client or server side) gives it comms.
 */
import type { CloseReason, Comm } from '../comms/comm.js';
import { CoveyError, ProtocolError, toErrorRecord } from '../errors.js';
import { systemClock, type Clock, type Timer } from '../shared/clock.js';
import { deferred, type Deferred } from '../shared/deferred.js';
import { silentLogger, type Logger } from '../shared/logger.js';
import { BackpressureError, fromErrorRecord } from '../transport-errors.js';
import { Acknowledgements } from './acknowledgements.js';
import { Calls, readErrorRecord, type CallHandler, type CallOptions } from './calls.js';
import { closedError, type ChannelCloseCode, type ChannelCloseReason, type ChannelOptions } from './channel-options.js';
import { decode, encode } from './codec.js';
import { Drains } from './drains.js';
import {
  ahead,
  bareFrame,
  FRAME,
  following,
  HEADER_BYTES,
  LAST_SEQUENCED,
  readAcknowledged,
  readSequence,
  writeAcknowledged,
  writeHeader,
} from './frame.js';
import { DEFAULT_KEEPALIVE, Keepalive } from './keepalive.js';
import { ReplayQueue } from './replay-queue.js';
import { endOfTurn, type TurnEnd } from './turn.js';
import { afterForce, critically, mayBeTorn } from '../shared/critical.js';

/** How long what is in no hurry waits for something that is. */
const LATER_MS = 20;
/** How long a closing channel waits for its last bytes to leave. */
const CLOSE_GRACE_MS = 2000;
/** Bounds on values in a frame, between which the size of earlier frames decides. */
const MIN_FRAME_VALUES = 64;
const MAX_FRAME_VALUES = 65_536;
const FIRST_FRAME_VALUES = 4096;

export class Channel {
  /** Identifies the session across reconnects. */
  readonly sessionId: string;
  /** The connection is lost; the session may resume. */
  ondisconnect: (() => void) | undefined;
  /** The session goes on over a new connection. */
  onreconnect: (() => void) | undefined;
  /** The session is gone for good. Called once, never within {@link close}. */
  onclose: ((reason: ChannelCloseReason) => void) | undefined;

  readonly #frameBytes: number;
  readonly #maxUnacknowledgedBytes: number;
  readonly #clock: Clock;
  readonly #turnEnd: TurnEnd;
  readonly #logger: Logger;
  readonly #calls: Calls;
  readonly #replay: ReplayQueue;
  readonly #keepalive: Keepalive;
  readonly #acknowledgements: Acknowledgements;
  readonly #drains = new Drains();
  readonly #flushTurn = () => this.#flushTurnEnd();

  #onbatch: ((batch: unknown[]) => void) | undefined;
  #early: unknown[][] = [];
  #batch: unknown[] = [];
  #batchKind: number = FRAME.batch;
  #batchLimit = FIRST_FRAME_VALUES;
  #weight = 0;
  #flushing = false;
  #later: Timer | undefined;
  #comm: Comm | undefined;
  #everAttached = false;
  #received: number;
  #forgetRepair: () => void = () => undefined;
  #reason: ChannelCloseReason | undefined;
  #closing: Deferred | undefined;
  /** Set by the owner: a comm was lost (and will not be replaced by the channel itself), or the session ended. */
  #owner: ChannelOwner;

  /** @internal Made by `openChannel` and `ChannelServer`. */
  constructor(sessionId: string, owner: ChannelOwner, options: ChannelOptions = {}) {
    this.sessionId = sessionId;
    this.#owner = owner;
    this.#frameBytes = options.frameBytes ?? 256 * 1024;
    this.#maxUnacknowledgedBytes = options.maxUnacknowledgedBytes ?? 256 * 2 ** 20;
    this.#clock = options.clock ?? systemClock;
    this.#turnEnd = options.turnEnd ?? endOfTurn;
    this.#logger = options.logger ?? silentLogger;
    const firstSequence = options.firstSequence ?? 1;
    this.#replay = new ReplayQueue(firstSequence);
    this.#received = (firstSequence - 1) >>> 0;
    this.#calls = new Calls(() => this.#write(FRAME.calls), this.#clock);
    this.#acknowledgements = new Acknowledgements(this.#clock, () => this.#acknowledge());
    this.#keepalive = new Keepalive(
      { ...DEFAULT_KEEPALIVE, ...options.keepalive },
      this.#clock,
      () => this.#comm?.send(bareFrame(FRAME.ping, this.#received)),
      (silentMs) => this.#comm?.close('dead-peer', `nothing was heard for ${silentMs} ms`),
    );
  }

  /**
   * The outgoing batch: push an operation and its fields on it, at once, and do not keep it. It leaves at the end of this turn of the event loop, or earlier
   * when it is long. After the session's end what is written is dropped.
   */
  write(): unknown[] {
    return this.#write(FRAME.batch);
  }

  /**
   * As {@link write} for what is in no hurry: it goes with the next batch that leaves, or after some milliseconds in one of its own.
   * A frame costs both sides as much as dozens of messages in it do.
   */
  writeLater(): unknown[] {
    if (this.#batch.length >= this.#batchLimit || this.#batchKind !== FRAME.batch) this.#cut(FRAME.batch);
    if (!this.#flushing && this.#reason === undefined) {
      this.#later ??= this.#clock.setTimer(() => {
        this.#later = undefined;
        this.flush();
      }, LATER_MS);
    }
    return this.#batch;
  }

  /**
   * Takes each batch of the peer: a flat array. Batches that come before it is set wait. Binary parts are views of the received frame: copy what is small
   * and kept for long. A {@link ProtocolError} that it throws ends the session and tells the peer why.
   */
  get onbatch(): ((batch: unknown[]) => void) | undefined {
    return this.#onbatch;
  }

  set onbatch(listener: ((batch: unknown[]) => void) | undefined) {
    this.#onbatch = listener;
    if (listener === undefined) return;
    for (const batch of this.#early.splice(0)) this.#guard(() => this.#onbatch?.(batch));
  }

  /** Tells that a large field was just pushed, so that frames are cut by bytes and not only by the number of values: the next message begins another. */
  weigh(bytes: number): void {
    this.#weight += bytes;
    if (this.#weight >= this.#frameBytes) this.#batchLimit = 0;
  }

  /** Sends what is written now instead of at the end of the turn. */
  flush(): void {
    if (this.#batch.length > 0) this.#cut(FRAME.batch);
  }

  /** Answers calls of the peer. An error that it throws travels with code, name, message and data. */
  get handle(): CallHandler | undefined {
    return this.#calls.handle;
  }

  set handle(handler: CallHandler | undefined) {
    this.#calls.handle = handler;
  }

  /**
   * Calls a method of the peer. The call survives reconnects.
   * @throws the peer's error; {@link ConnectionClosedError} when the session ends first; {@link CallTimeoutError}; the signal's reason.
   */
  call(method: string, params?: unknown, options: CallOptions = {}): Promise<unknown> {
    if (this.#reason !== undefined) return Promise.reject(closedError(this.#reason));
    return this.#calls.call(method, params, options);
  }

  /** Whether a comm carries the session now. */
  get connected(): boolean {
    return this.#comm !== undefined;
  }

  get closed(): boolean {
    return this.#reason !== undefined;
  }

  /** Who is at the other end, while connected. */
  get peer(): Comm['peer'] | undefined {
    return this.#comm?.peer;
  }

  /** Bytes that the system has not taken yet. */
  get bufferedBytes(): number {
    return this.#comm?.bufferedBytes ?? this.#replay.bytes;
  }

  /** Bytes that the peer has not acknowledged. */
  get unacknowledgedBytes(): number {
    return this.#replay.bytes;
  }

  /**
   * Resolves when at most `belowBytes` are unacknowledged.
   * @throws {ConnectionClosedError} when the session ends first.
   */
  async drained(belowBytes = 2 ** 20): Promise<void> {
    this.flush();
    if (this.#reason !== undefined) throw closedError(this.#reason);
    if (this.#replay.bytes > belowBytes) await this.#drains.wait(belowBytes);
  }

  /** Ends the session on both sides, after what is written. Resolves when it is over; safe to call again. */
  close(message = 'closed by the peer'): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    this.#closing = deferred();
    if (this.#reason !== undefined) this.#closing.resolve();
    else this.#sayBye('closed', message, undefined);
    return this.#closing.promise;
  }

  /** @internal Number of the last frame received in order, told to the peer on resume. */
  get received(): number {
    return this.#received;
  }

  /** @internal Whether the session can go on with a peer that has received up to there. */
  canResumeAfter(sequence: number): boolean {
    return this.#replay.canResumeAfter(sequence);
  }

  /** @internal Begins or resumes the session over a comm whose peer has received up to `peerReceived`. */
  attach(comm: Comm, peerReceived: number): void {
    if (this.#reason !== undefined) {
      comm.close('closed', 'the session has ended');
      return;
    }
    this.#release();
    const resumed = this.#everAttached;
    this.#everAttached = true;
    this.#comm = comm;
    this.#replay.acknowledge(peerReceived);
    for (const frame of this.#replay) {
      writeAcknowledged(frame, this.#received);
      comm.send(frame);
    }
    const lost = (reason: CloseReason, isByForce = false) => {
      if (this.#comm !== comm) return;
      this.#release();
      if (this.#reason !== undefined) return;
      if (reason.code === 'protocol' || reason.code === 'oversized') {
        this.end({ code: 'protocol-error', message: reason.message, error: new ProtocolError(reason.message) });
      } else if (reason.code === 'slow-peer') {
        this.end({ code: 'overflow', message: reason.message, error: new BackpressureError(reason.message) });
      } else {
        if (!isByForce) this.ondisconnect?.();
        this.#owner.disconnected(this, reason.message);
      }
    };
    comm.onclose = (reason) => lost(reason);
    // What a socket was about to do is forgotten with code that is ended by force; another connection goes on with the session.
    this.#forgetRepair = afterForce(() => {
      comm.onclose = undefined;
      comm.close('lost', 'code was ended by force');
      lost({ code: 'lost', message: 'code was ended by force' }, true);
    });
    // It may have ended, and told so, on the way here.
    if (comm.closed)
      queueMicrotask(() => lost({ code: 'lost', message: 'the connection was lost as the session began' }));
    this.#keepalive.start();
    if (resumed) this.onreconnect?.();
    this.#drains.left(this.#replay.bytes);
    comm.onframe = (frame) => critically(() => this.#receive(comm, frame));
  }

  /** @internal Ends the session for good on this side. */
  end(reason: ChannelCloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#release();
    if (this.#later !== undefined) this.#clock.clearTimer(this.#later);
    this.#replay.clear();
    this.#batch = [];
    const error = closedError(reason);
    this.#calls.end(error);
    this.#drains.fail(error);
    this.#owner.ended(this);
    this.#turnEnd(() => {
      this.onclose?.(reason);
      this.#closing?.resolve();
    });
  }

  #write(kind: number): unknown[] {
    if (this.#batch.length >= this.#batchLimit || this.#batchKind !== kind) this.#cut(kind);
    if (!this.#flushing) this.#flushLater();
    return this.#batch;
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#turnEnd(this.#flushTurn);
  }

  #flushTurnEnd(): void {
    this.#flushing = false;
    if (this.#batch.length > 0) this.#cut(FRAME.batch);
    if (this.#acknowledgements.due) this.#acknowledge();
  }

  /** Sends the batch, if there is anything in it, and begins one of the given kind. */
  #cut(nextKind: number): void {
    const batch = this.#batch;
    const kind = this.#batchKind;
    this.#batchKind = nextKind;
    this.#weight = 0;
    if (batch.length === 0) return;
    this.#batch = [];
    if (this.#reason !== undefined) return;
    let frame: Uint8Array;
    try {
      frame = encode(batch, HEADER_BYTES);
    } catch (cause) {
      this.#fault(cause, 'a message cannot be encoded');
      return;
    }
    const fitting = Math.floor((batch.length / frame.length) * this.#frameBytes);
    this.#batchLimit = Math.max(MIN_FRAME_VALUES, Math.min(MAX_FRAME_VALUES, fitting));
    this.#sendSequenced(kind, frame);
  }

  #sendSequenced(kind: number, frame: Uint8Array): void {
    writeHeader(frame, kind, this.#replay.nextSequence, this.#received);
    this.#replay.push(frame);
    if (this.#comm !== undefined) {
      this.#acknowledgements.sent();
      this.#comm.send(frame);
    }
    if (this.#replay.bytes > this.#maxUnacknowledgedBytes) {
      const message = `the peer has not acknowledged ${this.#replay.bytes} bytes, above the limit of ${this.#maxUnacknowledgedBytes}`;
      this.#comm?.close('slow-peer', message);
      this.end({ code: 'overflow', message, error: new BackpressureError(message) });
    }
  }

  #receive(comm: Comm, frame: Uint8Array): void {
    if (this.#comm !== comm) return;
    this.#keepalive.heard();
    this.#guard(() => this.#accept(frame));
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error instanceof ProtocolError) this.#sayBye('protocol-error', error.message, error);
      else this.#fault(error, 'a handler of messages failed');
    }
  }

  #accept(frame: Uint8Array): void {
    if (frame.length < HEADER_BYTES) throw new ProtocolError(`a frame of ${frame.length} bytes has no header`);
    const kind = frame[0] as number;
    this.#replay.acknowledge(readAcknowledged(frame));
    this.#drains.left(this.#replay.bytes);
    if (kind > LAST_SEQUENCED) {
      if (kind === FRAME.ping) this.#acknowledge();
      else if (kind !== FRAME.acknowledgement) throw new ProtocolError(`a frame of kind ${kind} within a session`);
      return;
    }
    const sequence = readSequence(frame);
    const step = ahead(sequence, this.#received);
    if (step <= 0) return; // Sent again, though it had arrived.
    if (step > 1 && mayBeTorn()) {
      // The one between was taken away with code that was ended by force; it is sent again over another connection.
      this.#comm?.close('lost', 'a frame was lost here');
      return;
    }
    if (step > 1) throw new ProtocolError(`frame ${sequence} came after frame ${this.#received}`);
    const batch = decode(frame, HEADER_BYTES);
    if (!Array.isArray(batch)) throw new ProtocolError('a frame does not hold a list');
    this.#received = following(this.#received);
    this.#acknowledgements.arrived(frame.length);
    if (this.#acknowledgements.due) this.#flushLater();
    if (kind === FRAME.batch) {
      if (this.#onbatch === undefined) this.#early.push(batch as unknown[]);
      else this.#onbatch(batch as unknown[]);
    } else if (kind === FRAME.calls) this.#calls.receive(batch as unknown[]);
    else this.#hearBye(batch as unknown[]);
  }

  #acknowledge(): void {
    this.#acknowledgements.sent();
    this.#comm?.send(bareFrame(FRAME.acknowledgement, this.#received));
  }

  /** Lets go of the comm, if there is one. */
  #release(): void {
    const comm = this.#comm;
    this.#forgetRepair();
    this.#keepalive.stop();
    this.#acknowledgements.stop();
    if (comm === undefined) return;
    this.#comm = undefined;
    comm.onframe = undefined;
    comm.onclose = undefined;
    if (!comm.closed) comm.close('replaced', 'the session went on elsewhere');
  }

  #hearBye(fields: readonly unknown[]): void {
    const [code, message, record] = fields;
    const error = record === null || record === undefined ? undefined : fromErrorRecord(readErrorRecord(record));
    const known: ChannelCloseCode = code === 'closed' || code === 'internal-error' ? code : 'protocol-error';
    const comm = this.#comm;
    comm?.close('closed');
    this.end({
      code: known,
      message: typeof message === 'string' ? message : '',
      ...(error !== undefined && { error }),
    });
  }

  /** Tells the peer that and why the session ends, then ends it here. */
  #sayBye(code: 'closed' | 'protocol-error' | 'internal-error', message: string, error: CoveyError | undefined): void {
    if (this.#reason !== undefined) return;
    if (code === 'closed') this.flush();
    this.#sendSequenced(
      FRAME.bye,
      encode([code, message, error === undefined ? null : [...toErrorRecord(error)]], HEADER_BYTES),
    );
    const here = code === 'closed' ? 'closed here' : message;
    const over = () => this.end({ code, message: here, ...(error !== undefined && { error }) });
    const comm = this.#comm;
    if (comm === undefined || code !== 'closed') {
      comm?.close(code === 'protocol-error' ? 'protocol' : 'closed', message);
      over();
      return;
    }
    // The comm stays until its bytes have left; a peer that does not read them is not waited for.
    const timer = this.#clock.setTimer(over, CLOSE_GRACE_MS);
    comm.onclose = () => {
      this.#clock.clearTimer(timer);
      over();
    };
    comm.close('closed', message);
  }

  #fault(cause: unknown, what: string): void {
    this.#logger.error(what, { session: this.sessionId, error: cause });
    const message = `${what}: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.#sayBye('internal-error', message, new CoveyError(message, { cause }));
  }
}

/** Who gives a channel its comms. */
export interface ChannelOwner {
  /** The comm was lost; the session may resume. */
  disconnected(channel: Channel, message: string): void;
  /** The session is gone for good. */
  ended(channel: Channel): void;
}
