/** The server side of channels: sessions by their id, kept for a grace time after their connection drops, so that a peer can come back. */
import type { Comm } from '../comms/comm.js';
import { CoveyError, ProtocolError } from '../errors.js';
import { systemClock, type Clock, type Timer } from '../shared/clock.js';
import { silentLogger, type Logger } from '../shared/logger.js';
import { ConnectError } from '../transport-errors.js';
import { Channel } from './channel.js';
import type { ChannelOptions } from './channel-options.js';
import { readHello, sendAnswer, type FactMap, type Hello } from './control.js';
import { DEFAULT_KEEPALIVE, type KeepaliveOptions } from './keepalive.js';

/** What a peer told when its session began. */
export interface ChannelHello {
  readonly role: string;
  readonly coveyVersion: string;
  readonly remoteAddress: string;
  readonly local: boolean;
  readonly sessionId: string;
  /** What the peer's own code added. */
  readonly facts: FactMap;
}

export interface ChannelServerOptions extends Omit<ChannelOptions, 'keepalive'> {
  /** Decides about a new session: the facts for its welcome, or an error thrown to refuse it (it travels to the peer). */
  onhello(hello: ChannelHello): FactMap | Promise<FactMap>;
  /** Takes the channel of a session that was welcomed, before any of its frames is handled. */
  onchannel(channel: Channel, hello: ChannelHello): void;
  /** How long a session waits for its peer to come back, by role. Default 60 s. */
  readonly graceMs?: number | ((role: string) => number);
  /**
   * Keepalive by role. Clients run their user's code on the thread that reads the socket and may be silent for long with a healthy socket, so by default
   * they get a day, and others 30 s. Hosts that vanish are noticed all the same: sockets have TCP's own keepalive.
   */
  readonly keepalive?: (role: string) => Partial<KeepaliveOptions>;
}

interface Session {
  readonly channel: Channel;
  readonly role: string;
  readonly welcome: FactMap;
  timer: Timer | undefined;
}

const GRACE_MS = 60_000;
/** How long a comm has to say hello. */
const HELLO_TIMEOUT_MS = 10_000;
const CLIENT_DEAD_AFTER_MS = 86_400_000;

/**
 * Keeps the sessions of a listener.
 *
 * @example
 * ```ts
 * const server = new ChannelServer({ onhello: () => ({}), onchannel: (channel) => { channel.handle = () => 'pong'; } });
 * await listen({ address: '127.0.0.1:0', secret, role: 'scheduler', onChannelPeer: (comm) => server.accept(comm) });
 * ```
 */
export class ChannelServer {
  readonly #options: ChannelServerOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #sessions = new Map<string, Session>();
  readonly #beginning = new Map<string, Comm>();
  #closed = false;

  constructor(options: ChannelServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Channels of living sessions, connected or waiting for their peer. */
  get channels(): readonly Channel[] {
    return [...this.#sessions.values()].map((session) => session.channel);
  }

  /** Takes an authenticated comm and waits for its hello. */
  accept(comm: Comm): void {
    if (this.#closed) {
      comm.close('closed', 'the server is closing');
      return;
    }
    const timer = this.#clock.setTimer(() => comm.close('lost', 'no hello came'), HELLO_TIMEOUT_MS);
    comm.onclose = () => this.#clock.clearTimer(timer);
    comm.onframe = (frame) => {
      this.#clock.clearTimer(timer);
      // Frames that follow wait in the comm until a channel takes them.
      comm.onframe = undefined;
      this.#hello(comm, frame).catch((error: unknown) => {
        if (error instanceof ProtocolError) comm.close('protocol', error.message);
        else {
          this.#logger.error('a session could not begin', { error });
          comm.close('closed', 'internal error');
        }
      });
    };
  }

  /** Ends every session, telling the peers. */
  async close(message = 'the server closed'): Promise<void> {
    this.#closed = true;
    for (const comm of this.#beginning.values()) comm.close('closed', message);
    await Promise.all([...this.#sessions.values()].map((session) => session.channel.close(message)));
  }

  async #hello(comm: Comm, frame: Uint8Array): Promise<void> {
    const hello = readHello(frame);
    const known = this.#sessions.get(hello.session);
    if (known !== undefined) this.#resume(comm, known, hello);
    else if (hello.resume) {
      sendAnswer(comm, { kind: 'session-lost' });
      comm.close('closed', 'the session is not known');
    } else await this.#begin(comm, hello);
  }

  #resume(comm: Comm, session: Session, hello: Hello): void {
    const { channel } = session;
    if (comm.peer.role !== session.role)
      throw new ProtocolError(`a session of role ${session.role} was asked for by a ${comm.peer.role}`);
    if (!channel.canResumeAfter(hello.received)) {
      sendAnswer(comm, { kind: 'session-lost' });
      comm.close('closed', 'the session cannot be resumed');
      channel.end({ code: 'session-lost', message: 'the peer came back without what it had received' });
      return;
    }
    if (session.timer !== undefined) this.#clock.clearTimer(session.timer);
    session.timer = undefined;
    sendAnswer(comm, { kind: 'welcome', received: channel.received, facts: session.welcome });
    channel.attach(comm, hello.received);
  }

  async #begin(comm: Comm, hello: Hello): Promise<void> {
    const { role, coveyVersion, address, local } = comm.peer;
    const about: ChannelHello = {
      role,
      coveyVersion,
      remoteAddress: address,
      local,
      sessionId: hello.session,
      facts: hello.facts,
    };
    // The peer may have lost a comm during a slow onhello and dialled again: the last comm counts.
    const before = this.#beginning.get(hello.session);
    this.#beginning.set(hello.session, comm);
    if (before !== undefined) {
      before.close('replaced', 'the peer dialled again');
      return;
    }
    const outcome = await this.#ask(about);
    const current = this.#beginning.get(hello.session) ?? comm;
    this.#beginning.delete(hello.session);
    if (this.#closed || current.closed) {
      current.close('closed', 'the session did not begin');
      return;
    }
    if (outcome instanceof CoveyError) {
      sendAnswer(current, { kind: 'refused', error: outcome });
      current.close('closed', 'refused');
      return;
    }
    const welcome = outcome;
    const session = this.#createSession(hello.session, role, welcome);
    this.#options.onchannel(session.channel, about);
    sendAnswer(current, { kind: 'welcome', received: session.channel.received, facts: welcome });
    session.channel.attach(current, hello.received);
  }

  async #ask(hello: ChannelHello): Promise<FactMap | CoveyError> {
    try {
      return await this.#options.onhello(hello);
    } catch (error) {
      if (error instanceof CoveyError) return error;
      this.#logger.error('onhello failed', { error });
      return new ConnectError(`refused: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #createSession(id: string, role: string, welcome: FactMap): Session {
    const { keepalive, graceMs = GRACE_MS, ...options } = this.#options;
    const deadAfterMs = role === 'client' ? CLIENT_DEAD_AFTER_MS : DEFAULT_KEEPALIVE.deadAfterMs;
    const channel = new Channel(
      id,
      {
        disconnected: () => {
          const waitMs = typeof graceMs === 'number' ? graceMs : graceMs(role);
          const message = `the ${role} did not come back within ${waitMs} ms`;
          session.timer = this.#clock.setTimer(() => channel.end({ code: 'grace-ended', message }), waitMs);
        },
        ended: () => {
          if (session.timer !== undefined) this.#clock.clearTimer(session.timer);
          this.#sessions.delete(id);
        },
      },
      { ...options, keepalive: { deadAfterMs, ...keepalive?.(role) } },
    );
    const session: Session = { channel, role, welcome, timer: undefined };
    this.#sessions.set(id, session);
    return session;
  }
}
