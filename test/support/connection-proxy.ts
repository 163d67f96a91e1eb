/** A connection's way between a client and a scheduler that tests can cut, and stop for a while, as a sleeping laptop does. */
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { once } from 'node:events';
import { renameSync } from 'node:fs';

/**
 * Takes the place of a scheduler's Unix socket, which it moves aside: addresses are part of what both sides prove, so a
 * proxy elsewhere would be turned away.
 */
export class ConnectionProxy {
  readonly #path: string;
  readonly #aside: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  /** How many connections were made through it. */
  connections = 0;

  private constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.s`;
    this.#server = createServer((near) => {
      if (!this.#open) {
        near.destroy();
        return;
      }
      this.connections++;
      const far = connect(this.#aside);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.on('error', () => other.destroy()); // The other side hears of it by its own close.
      }
    });
  }

  /** Connections that are made to the address from now on pass through here. */
  static async before(address: string): Promise<ConnectionProxy> {
    const proxy = new ConnectionProxy(address.slice('unix://'.length));
    renameSync(proxy.#path, proxy.#aside);
    proxy.#server.listen(proxy.#path);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Breaks all connections; new ones are refused until {@link mend}. */
  cut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks all connections; new ones are let through. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
    renameSync(this.#aside, this.#path);
  }
}
