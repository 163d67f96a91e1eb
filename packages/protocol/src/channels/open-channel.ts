/** The client side of channels: it dials, says hello, and dials again when the connection drops, until a grace ends. */
import { formatAddress, parseAddress, type Address } from '../address.js';
import type { Comm } from '../comms/comm.js';
import { connect, CONNECT_TIMEOUT_MS, type ConnectOptions } from '../comms/connect.js';
import { AddressError } from '../transport-errors.js';
import { CoveyError, ProtocolError } from '../errors.js';
import { backoffMs, type BackoffOptions } from '../shared/backoff.js';
import { systemClock } from '../shared/clock.js';
import { afterForce, mayBeTorn } from '../shared/critical.js';
import { deferred } from '../shared/deferred.js';
import { makeNonce } from '../shared/nonce.js';
import { offAbort, onAbort } from '../shared/on-abort.js';
import {
  AuthenticationError,
  CertificateError,
  ConnectError,
  ConnectionClosedError,
  VersionMismatchError,
} from '../transport-errors.js';
import { Channel } from './channel.js';
import type { ChannelOptions } from './channel-options.js';
import { readAnswer, sendHello, type Answer, type FactMap } from './control.js';

export interface ReconnectOptions extends BackoffOptions {
  /** How long to dial again after the connection drops, before the session is given up. 0: not at all. Default 60 s. */
  readonly graceMs?: number;
}

export interface OpenChannelOptions extends ConnectOptions, ChannelOptions {
  /** Facts for the server's `onhello`. */
  readonly hello?: FactMap;
  readonly reconnect?: ReconnectOptions;
  /** How long to go on dialling when at first nobody answers; the logger is warned when it takes long. Default 0: one attempt. */
  readonly waitMs?: number;
  /** Called before any frame of the peer is handled: the place to set handlers. */
  configure?(channel: Channel, welcome: FactMap): void;
}

/** A channel and what its server said. */
export interface OpenedChannel {
  readonly channel: Channel;
  readonly welcome: FactMap;
}

/**
 * Opens a channel to a listener behind which a `ChannelServer` stands. When it resolves, the server has welcomed the session.
 * @throws what {@link connect} throws; the server's own error when it refuses; the signal's reason.
 */
export async function openChannel(address: Address | string, options: OpenChannelOptions): Promise<OpenedChannel> {
  return new Dialler(parseAddress(address), options).open();
}

/** A server that starts at the same time answers sooner. */
const LONG_MS = 5000;

class Dialler {
  readonly #address: Address;
  readonly #options: OpenChannelOptions;
  readonly #clock;
  readonly #backoff: BackoffOptions;
  readonly #graceMs: number;
  readonly #channel: Channel;
  readonly #stop = new AbortController();
  #begun = false;

  /** Counts attempts to come back; only the last one counts. */
  #dialling = 0;

  constructor(address: Address, options: OpenChannelOptions) {
    this.#address = address;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { graceMs = 60_000, ...backoff } = options.reconnect ?? {};
    this.#graceMs = graceMs;
    this.#backoff = backoff;
    const owner = {
      disconnected: (_channel: Channel, message: string) => void this.#redial(message),
      ended: () => this.#stop.abort(new ConnectionClosedError('the session has ended')),
    };
    this.#channel = new Channel(makeNonce(options.random), owner, options);
  }

  async open(): Promise<OpenedChannel> {
    const { signal, waitMs = 0 } = this.#options;
    const begunMs = this.#clock.now();
    const untilMs = begunMs + waitMs;
    let isWarned = false;
    const aborted = () => this.#stop.abort(signal?.reason);
    onAbort(signal, aborted);
    try {
      signal?.throwIfAborted();
      for (let attempt = 0; ; attempt++) {
        try {
          return { channel: this.#channel, welcome: await this.#attempt() };
        } catch (error) {
          const nowMs = this.#clock.now();
          if (isFinal(error) || this.#stop.signal.aborted || nowMs >= untilMs) throw shown(error);
          if (!isWarned && nowMs - begunMs >= LONG_MS) {
            isWarned = true;
            const leftS = Math.round((untilMs - nowMs) / 1000);
            const reason = error instanceof Error ? error.message : String(error);
            this.#options.logger?.warn(`nobody answers yet; trying for another ${leftS} s`, { reason });
          }
          await this.#pause(attempt);
        }
      }
    } finally {
      offAbort(signal, aborted);
    }
  }

  async #redial(lost: string): Promise<void> {
    const dialling = ++this.#dialling;
    // Should code be ended by force meanwhile, this may never go on; another takes its place.
    const forgetRepair = afterForce(() => {
      forgetRepair();
      if (this.#dialling === dialling && !this.#channel.closed) void this.#redial(lost);
    });
    try {
      await this.#redialUntil(lost, dialling);
    } finally {
      forgetRepair();
    }
  }

  async #redialUntil(lost: string, dialling: number): Promise<void> {
    const untilMs = this.#clock.now() + this.#graceMs;
    let why = lost;
    for (let attempt = 0; this.#graceMs > 0; attempt++) {
      await this.#pause(attempt);
      if (this.#channel.closed || this.#dialling !== dialling) return;
      try {
        await this.#attempt(dialling);
        return;
      } catch (failure) {
        if (this.#channel.closed || this.#dialling !== dialling) return;
        const error = shown(failure);
        why = error instanceof Error ? error.message : String(error);
        if (isFinal(failure) && !(failure instanceof ProtocolError && mayBeTorn())) {
          this.#channel.end({ code: 'refused', message: why, ...(error instanceof CoveyError && { error }) });
          return;
        }
        if (this.#clock.now() >= untilMs) break;
      }
    }
    this.#channel.end({
      code: 'grace-ended',
      message: `${formatAddress(this.#address)} was not reached again within ${this.#graceMs} ms: ${why}`,
    });
  }

  /** One connection: dial, hello, answer. */
  async #attempt(dialling = this.#dialling): Promise<FactMap> {
    const { timeoutMs = CONNECT_TIMEOUT_MS, hello = {} } = this.#options;
    const channel = this.#channel;
    const comm = await connect(this.#address, { ...this.#options, signal: this.#stop.signal });
    try {
      sendHello(comm, { session: channel.sessionId, resume: this.#begun, received: channel.received, facts: hello });
      const answer = await this.#answer(comm, timeoutMs);
      if (dialling !== this.#dialling) throw new ConnectError('another connection was begun meanwhile');
      if (answer.kind === 'refused') throw new RefusedError(answer.error);
      if (answer.kind === 'session-lost' || !channel.canResumeAfter(answer.received)) {
        channel.end({
          code: 'session-lost',
          message: `${formatAddress(this.#address)} does not know this session any more`,
        });
        throw new ConnectionClosedError('the session is lost');
      }
      if (!this.#begun) this.#options.configure?.(channel, answer.facts);
      this.#begun = true;
      channel.attach(comm, answer.received);
      return answer.facts;
    } catch (error) {
      comm.close('closed', 'the session did not begin');
      throw error;
    }
  }

  #answer(comm: Comm, timeoutMs: number): Promise<Answer> {
    const { promise, resolve, reject } = deferred<Answer>();
    const from = formatAddress(this.#address);
    const timer = this.#clock.setTimer(
      () => reject(new ConnectError(`${from} did not welcome the session within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const aborted = () => reject(this.#stop.signal.reason);
    onAbort(this.#stop.signal, aborted);
    comm.onclose = ({ code, message }) => {
      reject(
        code === 'protocol'
          ? new ProtocolError(message)
          : code === 'authentication'
            ? new AuthenticationError(message)
            : new ConnectError(`${from} closed the connection: ${message}`),
      );
    };
    comm.onframe = (frame) => {
      // What follows waits in the comm until the channel takes it.
      comm.onframe = undefined;
      try {
        resolve(readAnswer(frame));
      } catch (error) {
        reject(error);
      }
    };
    return promise.finally(() => {
      this.#clock.clearTimer(timer);
      offAbort(this.#stop.signal, aborted);
      comm.onclose = undefined;
    });
  }

  #pause(attempt: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stop;
      const done = () => {
        this.#clock.clearTimer(timer);
        offAbort(signal, done);
        resolve();
      };
      // No socket is open in between, and yet somebody waits.
      const timer = this.#clock.setTimer(done, backoffMs(attempt, this.#backoff), { holdsProcess: true });
      onAbort(signal, done);
    });
  }
}

/** Carries the server's own error, which another attempt would not change. */
class RefusedError extends Error {
  constructor(readonly error: CoveyError) {
    super(error.message);
  }
}

/** Whether dialling again cannot help. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof RefusedError ||
    error instanceof AuthenticationError ||
    error instanceof CertificateError ||
    error instanceof VersionMismatchError ||
    error instanceof ProtocolError ||
    error instanceof AddressError
  );
}

/** The error as the caller is to see it. */
function shown(error: unknown): unknown {
  return error instanceof RefusedError ? error.error : error;
}
