/** Connections that have not authenticated yet: few at once, and short-lived. When there are too many the oldest goes, so that a flood cannot lock others out. */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../shared/clock.js';

/** Bounds of unauthenticated connections. */
export interface GateLimits {
  /** At most so many at once. Default 64. */
  readonly maxConnections: number;
  /** At most so long each, in milliseconds. Default 5000. */
  readonly timeoutMs: number;
}

export const DEFAULT_GATE_LIMITS: GateLimits = { maxConnections: 64, timeoutMs: 5000 };

export class Gatekeeper {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  /** In order of arrival. */
  readonly #waiting = new Map<Socket, Timer>();

  constructor(limits: GateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether this connection waits here. */
  holds(socket: Socket): boolean {
    return this.#waiting.has(socket);
  }

  /** Takes in a new connection: it is destroyed unless {@link pass} comes in time. */
  admit(socket: Socket): void {
    if (this.#waiting.size >= this.#limits.maxConnections) {
      const oldest = this.#waiting.keys().next().value;
      oldest?.destroy();
      if (oldest !== undefined) this.#forget(oldest);
    }
    this.#waiting.set(
      socket,
      this.#clock.setTimer(() => {
        this.#waiting.delete(socket);
        socket.destroy();
      }, this.#limits.timeoutMs),
    );
    socket.once('close', () => this.#forget(socket));
  }

  /** A TLS session has begun on a connection: it takes the place of the socket below, which it does not give away but by its remote end. */
  secure(session: Socket): void {
    for (const socket of this.#waiting.keys()) {
      if (socket.remotePort === session.remotePort && socket.remoteAddress === session.remoteAddress)
        this.#forget(socket);
    }
    this.admit(session);
  }

  /** The connection has authenticated. */
  pass(socket: Socket): void {
    this.#forget(socket);
  }

  #forget(socket: Socket): void {
    const timer = this.#waiting.get(socket);
    if (timer === undefined) return;
    this.#waiting.delete(socket);
    this.#clock.clearTimer(timer);
  }
}
