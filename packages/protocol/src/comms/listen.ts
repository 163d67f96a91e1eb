/** Listening: where an address is turned into a server, by its kind. */
import { parseAddress, type Address } from '../address.js';
import type { Secret } from '../credentials.js';
import type { CoveyError } from '../errors.js';
import { systemClock, type Clock } from '../shared/clock.js';
import { silentLogger, type Logger } from '../shared/logger.js';
import { systemRandomBytes, type RandomBytes } from '../shared/nonce.js';
import { DEFAULT_COMM_LIMITS, type Comm, type CommLimits } from './comm.js';
import { DEFAULT_GATE_LIMITS, type GateLimits } from './gatekeeper.js';
import type { HttpHandler } from './http-door.js';
import { defaultNetwork, type InProcessNetwork } from './in-process.js';
import { listenOnSocket, type BulkHandler } from './socket-listener.js';
import type { ListenTls } from './tls.js';

/** What an authenticated peer told about itself in the upgrade. */
export interface PeerHello {
  readonly role: string;
  readonly coveyVersion: string;
  /** Where it connected from. */
  readonly remoteAddress: string;
  readonly local: boolean;
}

/** How to listen. */
export interface ListenOptions {
  /** Where: port 0 takes any free port. */
  readonly address: Address | string;
  readonly secret: Secret;
  /** What this process is, e.g. `scheduler`; proved to peers. */
  readonly role: string;
  /** Takes each authenticated comm. */
  onChannelPeer(comm: Comm, hello: PeerHello): void;
  /** Takes each authenticated bulk connection; without it they are refused. */
  readonly onBulk?: BulkHandler;
  /** Serves authorised HTTP requests. `/health` is answered before. */
  readonly http?: HttpHandler;
  /** Hears of each connection that was turned away, and why. */
  onrejected?(error: CoveyError, remoteAddress: string): void;
  /** For `wss` addresses. Default: a certificate made on the spot, and none asked of clients. */
  readonly tls?: ListenTls;
  /** The address that peers should dial, if other than the one listened on (port mappings, proxies). */
  readonly contactAddress?: Address | string;
  /** Names (or `name:port`) under which peers may dial this process, beside its own. */
  readonly allowedHosts?: readonly string[];
  /** Origins of browser pages that may connect. Default none. */
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<CommLimits & GateLimits>;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** Where `inproc` addresses live. Default one for the process. */
  readonly network?: InProcessNetwork;
}

/** {@link ListenOptions} with nothing left open. */
export interface ResolvedListenOptions extends ListenOptions {
  readonly address: Address;
  readonly limits: CommLimits & GateLimits;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** A listening server. */
export interface Listener extends AsyncDisposable {
  /** Where it really listens. */
  readonly address: Address;
  /** Where peers should dial. */
  readonly contactAddress: Address;
  /** Stops listening and ends every connection that came through. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Listens for comms, bulk connections and HTTP on one address.
 *
 * @example
 * ```ts
 * const server = new ChannelServer({ onhello: () => ({}) });
 * await using listener = await listen({ address: '127.0.0.1:0', secret, role: 'scheduler', onChannelPeer: (comm, hello) => server.accept(comm, hello) });
 * ```
 * @throws {ListenError} when the address is taken or not this machine's.
 * @throws {AddressError} when it is not an address.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const resolved: ResolvedListenOptions = {
    ...options,
    address: parseAddress(options.address),
    limits: { ...DEFAULT_COMM_LIMITS, ...DEFAULT_GATE_LIMITS, ...options.limits },
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandomBytes,
  };
  if (resolved.address.kind === 'inproc') return (options.network ?? defaultNetwork()).listen(resolved);
  return listenOnSocket(resolved);
}
