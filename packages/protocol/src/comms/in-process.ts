/**
 * Comms within one process: the reference adapter, for tests, simulations and embedded clusters. A network is a set of names; it can cut comms at any
 * moment, with what was under way, as real networks do.
 */
import { formatAddress, type Address } from '../address.js';
import type { HandshakeFacts } from '../credentials.js';
import { systemRandomBytes } from '../shared/nonce.js';
import { AuthenticationError, ConnectError, ListenError } from '../transport-errors.js';
import { COVEY_VERSION } from '../version.js';
import {
  BaseComm,
  DEFAULT_COMM_LIMITS,
  type CloseCode,
  type CloseReason,
  type Comm,
  type CommLimits,
  type CommPeer,
} from './comm.js';
import type { ConnectOptions } from './connect.js';
import { handshakeNonce } from './handshake.js';
import type { Listener, PeerHello, ResolvedListenOptions } from './listen.js';

/** Runs a function later, in order. */
export type Schedule = (run: () => void) => void;

/** A network of in-process addresses. */
export class InProcessNetwork {
  readonly #listeners = new Map<string, ResolvedListenOptions>();
  readonly #comms = new Set<InProcessComm>();
  readonly #schedule: Schedule;

  /** `schedule` delivers frames and endings; default `setImmediate`. A test may pass its own queue. */
  constructor(schedule: Schedule = (run) => void setImmediate(run)) {
    this.#schedule = schedule;
  }

  /** Comms that are alive, both ends counted. */
  get comms(): readonly Comm[] {
    return [...this.#comms];
  }

  listen(options: ResolvedListenOptions): Listener {
    const { address } = options;
    if (address.kind !== 'inproc') throw new ListenError(`${formatAddress(address)} is not an in-process address`);
    if (this.#listeners.has(address.name)) {
      throw new ListenError(`cannot listen on ${formatAddress(address)}: it is in use; choose another name`);
    }
    this.#listeners.set(address.name, options);
    const accepted = new Set<InProcessComm>();
    this.#accepted.set(options, accepted);
    const close = async () => {
      if (this.#listeners.get(address.name) === options) this.#listeners.delete(address.name);
      for (const comm of [...accepted]) comm.close('closed', 'the listener closed');
    };
    return { address, contactAddress: address, close, [Symbol.asyncDispose]: close };
  }

  async connect(address: Address, options: ConnectOptions): Promise<Comm> {
    const listener = address.kind === 'inproc' ? this.#listeners.get(address.name) : undefined;
    const from = formatAddress(address);
    if (listener === undefined)
      throw new ConnectError(`cannot connect to ${from}: nobody in this process listens there`);
    const facts: HandshakeFacts = {
      purpose: 'comm',
      clientRole: options.role,
      target: from,
      clientNonce: handshakeNonce(options.random ?? systemRandomBytes),
      serverNonce: handshakeNonce(listener.random),
      binding: new Uint8Array(0),
    };
    if (!options.secret.serverProof(facts).equals(listener.secret.serverProof(facts))) {
      listener.onrejected?.(new AuthenticationError(`${options.role} in this process has another secret`), from);
      throw new AuthenticationError(`${from} does not know this caller's secret: give both the same one`);
    }
    const limits = { ...DEFAULT_COMM_LIMITS, ...options.limits };
    const hello: PeerHello = { role: options.role, coveyVersion: COVEY_VERSION, remoteAddress: from, local: true };
    const [client, server] = this.pair(
      { role: listener.role, address: from, local: true, coveyVersion: COVEY_VERSION },
      { role: options.role, address: from, local: true, coveyVersion: COVEY_VERSION },
      limits,
      listener.limits,
    );
    const accepted = this.#accepted.get(listener);
    accepted?.add(server);
    server.onended = () => accepted?.delete(server);
    listener.onChannelPeer(server, hello);
    return client;
  }

  readonly #accepted = new WeakMap<ResolvedListenOptions, Set<InProcessComm>>();

  /** Two ends that are joined; each is told who the other is. */
  pair(
    firstSees: CommPeer,
    secondSees: CommPeer,
    firstLimits: CommLimits = DEFAULT_COMM_LIMITS,
    secondLimits: CommLimits = firstLimits,
  ): [InProcessComm, InProcessComm] {
    const first = new InProcessComm(firstSees, firstLimits, this.#schedule, this.#comms);
    const second = new InProcessComm(secondSees, secondLimits, this.#schedule, this.#comms);
    first.join(second);
    second.join(first);
    return [first, second];
  }

  /** Breaks a comm as a network would: both ends see it lost, and frames under way are gone. */
  cut(comm: Comm): void {
    if (comm instanceof InProcessComm) comm.cut();
  }
}

let shared: InProcessNetwork | undefined;

/** The network of this process, for addresses without one of their own. */
export function defaultNetwork(): InProcessNetwork {
  shared ??= new InProcessNetwork();
  return shared;
}

/** One end of an in-process comm. */
export class InProcessComm extends BaseComm {
  readonly #schedule: Schedule;
  readonly #living: Set<InProcessComm>;
  #other: InProcessComm | undefined;
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #delivering = false;
  #stalled = false;
  #closing: CloseReason | undefined;
  #gone = false;
  /** Told when the comm has ended, for whoever keeps a list. */
  onended: (() => void) | undefined;

  constructor(peer: CommPeer, limits: CommLimits, schedule: Schedule, living: Set<InProcessComm>) {
    super(peer, limits);
    this.#schedule = schedule;
    this.#living = living;
    living.add(this);
  }

  join(other: InProcessComm): void {
    this.#other = other;
  }

  get bufferedBytes(): number {
    return this.#other === undefined ? 0 : this.#other.#inboxBytes;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  send(frame: Uint8Array): void {
    const other = this.#other;
    if (this.closed || other === undefined || other.#gone) return;
    if (frame.length > other.limits.maxFrameBytes) {
      other.close('oversized', `a frame of ${frame.length} bytes is above the limit of ${other.limits.maxFrameBytes}`);
      return;
    }
    other.#inbox.push(new Uint8Array(frame));
    other.#inboxBytes += frame.length;
    other.#deliverSoon();
    if (other.#inboxBytes > this.limits.maxBufferedBytes) {
      const message = `${this.peer.role} at ${this.peer.address} did not read ${other.#inboxBytes} bytes`;
      this.#finish({ code: 'slow-peer', message }, { code: 'lost', message: 'connection lost' });
    }
  }

  close(code: CloseCode = 'closed', message = ''): void {
    if (this.closed) return;
    const told: CloseReason = { code, message: message || 'closed by the peer' };
    this.#closing = { code, message: message || 'closed here' };
    if (code === 'dead-peer' || code === 'lost') {
      this.#finish(this.#closing, { code: 'lost', message: 'connection lost' });
      return;
    }
    // What was sent before arrives before the end.
    this.#schedule(() => this.#end(this.#closing ?? told));
    const other = this.#other;
    if (other === undefined) return;
    other.#ending = told;
    other.#deliverSoon();
  }

  /** Breaks both ends at once. */
  cut(): void {
    const lost: CloseReason = { code: 'lost', message: 'connection lost' };
    this.#finish(lost, lost);
  }

  /** Stops (and starts) to take frames, like a process that does not read its socket. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    if (!stalled) this.#deliverSoon();
  }

  #ending: CloseReason | undefined;

  #deliverSoon(): void {
    if (this.#delivering || this.#stalled) return;
    this.#delivering = true;
    this.#schedule(() => {
      this.#delivering = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const frames = this.#inbox;
    this.#inbox = [];
    this.#inboxBytes = 0;
    for (const frame of frames) {
      if (this.closed || this.#gone) return;
      this.received(frame);
    }
    if (this.#ending !== undefined && this.#inbox.length === 0) this.#end(this.#ending);
  }

  #finish(mine: CloseReason, theirs: CloseReason): void {
    const other = this.#other;
    for (const [end, reason] of [
      [this, mine],
      [other, theirs],
    ] as const) {
      if (end === undefined || end.#gone) continue;
      end.#closing ??= reason;
      end.#inbox = [];
      end.#inboxBytes = 0;
      const told = end.#closing;
      end.#schedule(() => end.#end(told));
    }
  }

  #end(reason: CloseReason): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#closing ??= reason;
    this.#living.delete(this);
    this.onended?.();
    this.ended(reason);
  }
}
