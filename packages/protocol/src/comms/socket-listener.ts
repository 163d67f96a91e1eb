/**
 * One port or Unix socket that serves HTTP, comms (WebSocket) and bulk connections (HTTP upgrade to a raw socket). Both kinds of upgrade pass the same
 * handshake; nothing that a peer sends is decoded before its proof holds.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { formatAddress, isLoopbackHost, parseAddress, type Address } from '../address.js';
import { ProtocolError, type CoveyError } from '../errors.js';
import { CertificateError, ConnectionClosedError } from '../transport-errors.js';
import { awaitBulkProof, awaitCommProof, limitUnproved } from './await-proof.js';
import { bind } from './bind.js';
import { dialTarget, socketAddressOf, type SocketAddress } from './dial.js';
import { Gatekeeper } from './gatekeeper.js';
import { BULK_UPGRADE, COMM_SUBPROTOCOL } from './handshake.js';
import { httpDoor } from './http-door.js';
import type { Listener, PeerHello, ResolvedListenOptions } from './listen.js';
import { externalHost, isOwnAuthority } from './own-names.js';
import { clientCertificateError, serverTlsOptions } from './tls.js';
import { readUpgrade, Refusal, remoteAddress, type Upgrade, type UpgradePolicy } from './upgrade-request.js';
import { WEBSOCKET_OPTIONS, WebSocketComm } from './websocket-comm.js';

/** Takes an authenticated bulk connection: the raw socket, and bytes that already came with the proof. */
export type BulkHandler = (socket: Socket, head: Buffer, hello: PeerHello) => void;

/** How long connections have to end by themselves when the listener closes. */
const CLOSE_GRACE_MS = 500;

/** Starts such a server. */
export async function listenOnSocket(options: ResolvedListenOptions): Promise<Listener> {
  const listener = new SocketListener(options);
  await listener.start();
  return listener;
}

class SocketListener implements Listener {
  readonly #options: ResolvedListenOptions;
  readonly #server: Server;
  readonly #gate: Gatekeeper;
  readonly #webSockets: WebSocketServer;
  readonly #sockets = new Set<Socket>();
  readonly #comms = new Set<WebSocketComm>();
  /** Sockets on which a request has come. */
  readonly #asked = new WeakSet<Socket>();
  readonly #fields = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>();
  readonly #upgradePolicy: UpgradePolicy;
  #address: SocketAddress;
  #contact: Address;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedListenOptions) {
    this.#options = options;
    this.#address = socketAddressOf(options.address);
    this.#contact = options.address;
    this.#gate = new Gatekeeper(options.limits, options.clock);
    this.#server = this.#createServer();
    this.#webSockets = new WebSocketServer({
      ...WEBSOCKET_OPTIONS,
      noServer: true,
      clientTracking: false,
      maxPayload: options.limits.maxFrameBytes,
      handleProtocols: () => COMM_SUBPROTOCOL,
    });
    this.#webSockets.on('headers', (lines, request) => {
      for (const [name, value] of Object.entries(this.#fields.get(request) ?? {})) lines.push(`${name}: ${value}`);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#gate.admit(socket);
    });
    this.#server.on('secureConnection', (socket: Socket) => {
      this.#watchForDistrust(socket);
      this.#gate.secure(socket);
    });
    this.#upgradePolicy = this.#policy();
    this.#server.on(
      'request',
      httpDoor({
        ...this.#upgradePolicy,
        onasked: (request) => this.#asked.add(request.socket),
        handler: options.http,
        onauthorised: (request) => this.#gate.pass(request.socket),
      }),
    );
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#server.on('clientError', (_error: Error, socket: Socket) => socket.destroy());
    this.#server.on('tlsClientError', (error: Error, socket: Socket) => {
      this.#rejected(tlsError(error), socket.remoteAddress ?? '');
      socket.destroy();
    });
  }

  get address(): Address {
    return this.#address;
  }

  get contactAddress(): Address {
    return this.#contact;
  }

  async start(): Promise<void> {
    const wanted = this.#address;
    await bind(this.#server, wanted);
    this.#server.on('error', (error) => {
      this.#options.logger.error('the listener failed', { address: formatAddress(wanted), error });
    });
    if (wanted.kind !== 'unix') {
      const bound = this.#server.address() as AddressInfo;
      this.#address = { ...wanted, port: bound.port };
      const anyHost = wanted.host === '0.0.0.0' || wanted.host === '::';
      this.#contact = anyHost ? { ...this.#address, host: externalHost() } : this.#address;
      if (wanted.kind === 'ws' && !isLoopbackHost(wanted.host)) {
        const risk =
          'listening beyond this machine without TLS: whoever can read the network can take over connections';
        this.#options.logger.warn(risk, { address: formatAddress(this.#address) });
      }
    }
    if (this.#options.contactAddress !== undefined) this.#contact = parseAddress(this.#options.contactAddress);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const comm of this.#comms) comm.close('closed', 'the listener closed');
    this.#server.closeIdleConnections();
    const channelSockets = this.#comms.size;
    if (channelSockets === 0) this.#destroySockets();
    const timer = setTimeout(() => this.#destroySockets(), CLOSE_GRACE_MS);
    for (const socket of this.#sockets) socket.once('close', () => this.#comms.size === 0 && this.#destroySockets());
    await ended;
    clearTimeout(timer);
    this.#webSockets.close();
  }

  #destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #createServer(): Server {
    const settings = {
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 10_000,
      headersTimeout: 5000,
      requestTimeout: 30_000,
    };
    const { address, tls } = this.#options;
    if (address.kind !== 'wss') return createServer(settings);
    return createTlsServer({ ...settings, ...serverTlsOptions(tls), handshakeTimeout: this.#options.limits.timeoutMs });
  }

  #policy(): UpgradePolicy {
    const { secret, role, random, allowedOrigins = [] } = this.#options;
    return {
      secret,
      role,
      random,
      servesBulk: this.#options.onBulk !== undefined,
      isAllowedOrigin: (origin) => allowedOrigins.includes(origin),
      isAllowedHost: (host) => this.#isAllowedHost(host),
      target: (host) => (this.#address.kind === 'unix' ? dialTarget(this.#address).target : host),
      certificateError: (socket) => clientCertificateError(socket, this.#options.tls),
      isLocal: (socket) => this.#address.kind === 'unix' || isLoopbackHost(socket.remoteAddress ?? ''),
    };
  }

  #isAllowedHost(host: string | undefined): boolean {
    if (this.#address.kind === 'unix') return true;
    const { host: listenHost, port } = this.#address;
    if (host === undefined) return false;
    return isOwnAuthority(host, {
      listenHost,
      port,
      contact: this.#contact,
      allowed: this.#options.allowedHosts ?? [],
    });
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    this.#asked.add(socket);
    try {
      const upgrade = readUpgrade(request, socket, head, this.#upgradePolicy);
      if (upgrade.facts.purpose === 'comm') this.#openComm(request, socket, upgrade);
      else this.#openBulk(socket, upgrade);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      socket.end(error.toHttp());
      this.#rejected(error.error, remoteAddress(socket));
    }
  }

  /** A client that does not accept our certificate leaves without a word: say so here too, where the reason may be. */
  #watchForDistrust(socket: Socket): void {
    socket.once('close', () => {
      // Whoever was sent away by the gate waits there no more.
      if (this.#asked.has(socket) || !this.#gate.holds(socket) || this.#closing !== undefined) return;
      this.#rejected(distrusted(), socket.remoteAddress ?? '');
    });
  }

  #openComm(request: IncomingMessage, socket: Socket, upgrade: Upgrade): void {
    const { role, coveyVersion, local, remoteAddress: address } = upgrade.hello;
    const unlimited = limitUnproved(socket);
    this.#fields.set(request, upgrade.fields);
    this.#webSockets.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket: WebSocket) => {
      awaitCommProof(webSocket, this.#options.secret, upgrade, {
        failed: (error) => this.#rejected(error, address),
        passed: () => {
          unlimited();
          this.#gate.pass(socket);
          const comm = new WebSocketComm(
            webSocket,
            socket,
            { role, coveyVersion, local, address },
            this.#options.limits,
          );
          this.#comms.add(comm);
          webSocket.once('close', () => this.#comms.delete(comm));
          if (this.#closing !== undefined) comm.close('closed', 'the listener closed');
          else this.#options.onChannelPeer(comm, upgrade.hello);
        },
      });
    });
  }

  #openBulk(socket: Socket, upgrade: Upgrade): void {
    const fields = Object.entries(upgrade.fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${BULK_UPGRADE}\r\n${fields.join('')}\r\n`,
    );
    awaitBulkProof(socket, this.#options.secret, upgrade, {
      failed: (error) => this.#rejected(error, upgrade.hello.remoteAddress),
      passed: (rest) => {
        this.#gate.pass(socket);
        this.#options.onBulk?.(socket, rest, upgrade.hello);
      },
    });
  }

  #rejected(error: CoveyError, remote: string): void {
    // Who left by itself did nothing wrong: a process that was ended while it connected, or a probe.
    const level = error instanceof ConnectionClosedError ? 'info' : 'warn';
    this.#options.logger[level](`a connection was turned away: ${error.message}`, { code: error.code, remote });
    this.#options.onrejected?.(error, remote);
  }
}

function distrusted(cause?: unknown): CertificateError {
  const why = 'a client left when it had seen the certificate of this process: it may not trust who signed it';
  return new CertificateError(why, { cause });
}

/** Why a TLS session did not begin. */
function tlsError(error: Error): CoveyError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_SSL_HTTP_REQUEST') {
    return new ProtocolError('a client spoke without TLS; it should dial wss:// instead of ws://', { cause: error });
  }
  // The client judges before the session stands, or just after.
  if (code === 'ECONNRESET' || /ALERT_(UNKNOWN_CA|BAD_CERT|CERT)/.test(code)) return distrusted(error);
  return new ProtocolError(`no TLS session: ${message}`, { cause: error });
}
