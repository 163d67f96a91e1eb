/**
 * One port or Unix socket that serves HTTP, comms (WebSocket) and bulk connections (HTTP upgrade to a raw socket). Both kinds of upgrade pass the same
 * handshake; nothing that a peer sends is decoded before its proof holds.
 */
import { chmodSync, unlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { basename } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { formatAddress, isLoopbackHost, parseAddress, type Address } from '../address.js';
import { PROOF_BYTES, type HandshakeFacts } from '../credentials.js';
import { CoveyError, ProtocolError } from '../errors.js';
import { AuthenticationError, ConnectionClosedError, ListenError, VersionMismatchError } from '../transport-errors.js';
import { COVEY_VERSION, PROTOCOL_VERSION } from '../version.js';
import { Gatekeeper } from './gatekeeper.js';
import {
  BULK_UPGRADE,
  COMM_SUBPROTOCOL,
  FIELDS,
  handshakeNonce,
  introductionFields,
  isClientProof,
  readIntroduction,
} from './handshake.js';
import { httpDoor } from './http-door.js';
import type { Listener, PeerHello, ResolvedListenOptions } from './listen.js';
import { externalHost, isOwnAuthority } from './own-names.js';
import { serverTlsOptions, sessionBinding } from './tls.js';
import { closeReason, closeStatus, WEBSOCKET_OPTIONS, WebSocketComm } from './websocket-comm.js';

/** Takes an authenticated bulk connection: the raw socket, and bytes that already came with the proof. */
export type BulkHandler = (socket: Socket, head: Buffer, hello: PeerHello) => void;

/** How long connections have to end by themselves when the listener closes. */
const CLOSE_GRACE_MS = 500;
/** The first frame of a comm: two bytes of WebSocket header, four of mask, the proof. */
const PROOF_FRAME_BYTES = 6 + PROOF_BYTES;

/** A refused upgrade: the status to answer with. */
class Refusal extends Error {
  constructor(
    readonly status: string,
    readonly error: CoveyError,
  ) {
    super(error.message);
  }
}

interface Upgrade {
  readonly facts: HandshakeFacts;
  readonly hello: PeerHello;
  /** Our half of the handshake, as header fields. */
  readonly fields: Readonly<Record<string, string>>;
}

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
  readonly #fields = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>();
  #address: Address;
  #contact: Address;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedListenOptions) {
    this.#options = options;
    this.#address = options.address;
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
    this.#server.on('secureConnection', (socket: Socket) => this.#gate.secure(socket));
    this.#server.on('request', this.#httpDoor());
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#server.on('clientError', (_error: Error, socket: Socket) => socket.destroy());
    this.#server.on('tlsClientError', (error: Error, socket: Socket) => {
      this.#rejected(
        new ProtocolError(`no TLS session: ${error.message}`, { cause: error }),
        socket.remoteAddress ?? '',
      );
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
    const wanted = this.#options.address;
    try {
      await this.#bind(wanted);
    } catch (error) {
      if (wanted.kind !== 'unix' || codeOf(error) !== 'EADDRINUSE' || (await isAnswering(wanted.path)))
        throw listenError(wanted, error);
      // The file is left over from a process that was killed.
      unlinkSync(wanted.path);
      await this.#bind(wanted).catch((again: unknown) => Promise.reject(listenError(wanted, again)));
    }
    if (wanted.kind === 'unix') chmodSync(wanted.path, 0o600);
    this.#server.on('error', (error) =>
      this.#options.logger.error('the listener failed', { address: formatAddress(wanted), error }),
    );
    if (wanted.kind === 'ws' || wanted.kind === 'wss') {
      const bound = this.#server.address() as AddressInfo;
      this.#address = { ...wanted, port: bound.port };
      const anyHost = wanted.host === '0.0.0.0' || wanted.host === '::';
      this.#contact = anyHost ? { ...this.#address, host: externalHost() } : this.#address;
      if (wanted.kind === 'ws' && !isLoopbackHost(wanted.host)) {
        this.#options.logger.warn(
          'listening beyond this machine without TLS: whoever can read the network can take over connections',
          {
            address: formatAddress(this.#address),
          },
        );
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
    if (tls === undefined)
      throw new ListenError(`${formatAddress(address)} needs a certificate: give tls.cert and tls.key`);
    return createTlsServer({ ...settings, ...serverTlsOptions(tls), handshakeTimeout: this.#options.limits.timeoutMs });
  }

  #bind(address: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      const done = () => {
        this.#server.off('error', reject);
        resolve();
      };
      if (address.kind === 'unix') this.#server.listen(address.path, done);
      else if (address.kind !== 'inproc') this.#server.listen(address.port, address.host, done);
    });
  }

  #httpDoor() {
    return httpDoor({
      secret: this.#options.secret,
      handler: this.#options.http,
      isAllowedOrigin: (origin) => this.#isAllowedOrigin(origin),
      isAllowedHost: (host) => this.#isAllowedHost(host),
      onauthorised: (request) => this.#gate.pass(request.socket),
    });
  }

  #isAllowedOrigin(origin: string): boolean {
    return this.#options.allowedOrigins?.includes(origin) === true;
  }

  #isAllowedHost(host: string | undefined): boolean {
    if (this.#address.kind === 'unix') return true;
    if (host === undefined || this.#options.address.kind === 'inproc' || this.#options.address.kind === 'unix')
      return false;
    if (this.#address.kind === 'inproc') return false;
    const names = {
      listenHost: this.#options.address.host,
      port: this.#address.port,
      contact: this.#contact,
      allowed: this.#options.allowedHosts ?? [],
    };
    return isOwnAuthority(host, names);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const remote = remoteAddress(socket);
    try {
      const upgrade = this.#readUpgrade(request, socket, head, remote);
      if (upgrade.facts.purpose === 'comm') this.#openComm(request, socket, upgrade);
      else this.#openBulk(socket, upgrade);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      socket.end(
        `HTTP/1.1 ${error.status}\r\nConnection: close\r\nContent-Length: 0\r\n${FIELDS.protocol}: ${PROTOCOL_VERSION}\r\n` +
          `${FIELDS.version}: ${COVEY_VERSION}\r\n${FIELDS.reason}: ${error.error.message.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)}\r\n\r\n`,
      );
      this.#rejected(error.error, remote);
    }
  }

  #readUpgrade(request: IncomingMessage, socket: Socket, head: Buffer, remote: string): Upgrade {
    const { headers } = request;
    const kind = (headers.upgrade ?? '').toLowerCase();
    const isComm = kind === 'websocket';
    if (!isComm && kind !== BULK_UPGRADE)
      throw new Refusal('400 Bad Request', new ProtocolError(`unknown upgrade from ${remote}`));
    if (head.length > 0)
      throw new Refusal('400 Bad Request', new ProtocolError(`${remote} sent bytes before the handshake`));
    if (headers.origin !== undefined && !this.#isAllowedOrigin(headers.origin)) {
      throw new Refusal('403 Forbidden', new AuthenticationError('connections from browser pages are not allowed'));
    }
    if (!this.#isAllowedHost(headers.host)) {
      const name = JSON.stringify((headers.host ?? '').slice(0, 100));
      throw new Refusal(
        '421 Misdirected Request',
        new AuthenticationError(
          `this process does not answer for the host name ${name}; add it to its allowed hosts or contact address`,
        ),
      );
    }
    if (isComm && headers['sec-websocket-protocol'] !== COMM_SUBPROTOCOL) {
      throw new Refusal('400 Bad Request', new ProtocolError(`${remote} asks for a WebSocket of another protocol`));
    }
    if (!isComm && this.#options.onBulk === undefined) {
      throw new Refusal('404 Not Found', new ProtocolError('this process serves no bulk connections'));
    }
    const introduction = readOrRefuse(() => readIntroduction(headers, remote));
    const local = this.#address.kind === 'unix' || isLoopbackHost(socket.remoteAddress ?? '');
    const nonce = handshakeNonce(this.#options.random);
    const facts: HandshakeFacts = {
      purpose: isComm ? 'comm' : 'bulk',
      clientRole: introduction.role,
      target:
        this.#address.kind === 'unix' ? `unix:${basename(this.#address.path)}` : (headers.host ?? '').toLowerCase(),
      clientNonce: introduction.nonce,
      serverNonce: nonce,
      binding: sessionBinding(socket),
    };
    const fields = {
      ...introductionFields(this.#options.role, nonce),
      [FIELDS.proof]: this.#options.secret.serverProof(facts).toString('base64url'),
    };
    return {
      facts,
      fields,
      hello: { role: introduction.role, coveyVersion: introduction.coveyVersion, remoteAddress: remote, local },
    };
  }

  #openComm(request: IncomingMessage, socket: Socket, upgrade: Upgrade): void {
    const { facts, hello } = upgrade;
    let bytesBefore = 0;
    const count = (chunk: Buffer) => {
      // A chunk may carry frames after the proof; nothing may follow in later chunks while there was no proof.
      if (bytesBefore >= PROOF_FRAME_BYTES) socket.destroy();
      bytesBefore += chunk.length;
    };
    socket.on('data', count);
    this.#fields.set(request, upgrade.fields);
    this.#webSockets.handleUpgrade(request, socket, Buffer.alloc(0), (webSocket: WebSocket) => {
      const early = (status: number, text: Buffer) => {
        const reason = closeReason(status, text.toString());
        this.#rejected(
          reason.code === 'authentication'
            ? new AuthenticationError(`${hello.role} at ${hello.remoteAddress} has another secret than this process`)
            : new ConnectionClosedError(
                `${hello.role} at ${hello.remoteAddress} left before it proved that it knows the secret`,
              ),
          hello.remoteAddress,
        );
      };
      webSocket.once('close', early);
      webSocket.on('error', () => webSocket.terminate());
      webSocket.once('message', (proof: Buffer, isBinary: boolean) => {
        webSocket.off('close', early);
        socket.off('data', count);
        if (!isBinary || !isClientProof(proof, this.#options.secret, facts)) {
          this.#rejected(
            new AuthenticationError(`${hello.role} at ${hello.remoteAddress} sent a wrong proof`),
            hello.remoteAddress,
          );
          webSocket.once('message', () => webSocket.terminate());
          webSocket.close(closeStatus('authentication'), 'wrong proof');
          return;
        }
        this.#gate.pass(socket);
        const { role, coveyVersion, local } = hello;
        const comm = new WebSocketComm(
          webSocket,
          socket,
          { role, coveyVersion, local, address: hello.remoteAddress },
          this.#options.limits,
        );
        this.#comms.add(comm);
        webSocket.once('close', () => this.#comms.delete(comm));
        if (this.#closing !== undefined) comm.close('closed', 'the listener closed');
        else this.#options.onChannelPeer(comm, hello);
      });
    });
  }

  #openBulk(socket: Socket, upgrade: Upgrade): void {
    const { facts, hello } = upgrade;
    const fields = Object.entries(upgrade.fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${BULK_UPGRADE}\r\n${fields.join('')}\r\n`,
    );
    const early = () => {
      this.#rejected(
        new AuthenticationError(
          `${hello.role} at ${hello.remoteAddress} left before it proved that it knows the secret`,
        ),
        hello.remoteAddress,
      );
    };
    let received: Buffer = Buffer.alloc(0);
    const read = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      if (received.length < PROOF_BYTES) return;
      socket.off('data', read);
      socket.off('close', early);
      if (!isClientProof(received.subarray(0, PROOF_BYTES), this.#options.secret, facts)) {
        this.#rejected(
          new AuthenticationError(`${hello.role} at ${hello.remoteAddress} sent a wrong proof`),
          hello.remoteAddress,
        );
        socket.destroy();
        return;
      }
      this.#gate.pass(socket);
      this.#options.onBulk?.(socket, received.subarray(PROOF_BYTES), hello);
    };
    socket.on('data', read);
    socket.once('close', early);
  }

  #rejected(error: CoveyError, remote: string): void {
    this.#options.logger.warn(`a connection was turned away: ${error.message}`, { code: error.code, remote });
    this.#options.onrejected?.(error, remote);
  }
}

function readOrRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof VersionMismatchError) throw new Refusal('426 Upgrade Required', error);
    if (error instanceof CoveyError) throw new Refusal('400 Bad Request', error);
    throw error;
  }
}

function remoteAddress(socket: Socket): string {
  return socket.remoteAddress === undefined ? 'a local process' : `${socket.remoteAddress}:${socket.remotePort ?? 0}`;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

function listenError(address: Address, cause: unknown): ListenError {
  const code = codeOf(cause);
  const where = formatAddress(address);
  const why =
    code === 'EADDRINUSE'
      ? 'it is in use: choose another port (0 takes any free one) or stop the process that holds it'
      : code === 'EADDRNOTAVAIL'
        ? 'this machine has no such address'
        : code === 'EACCES'
          ? 'this user may not listen there'
          : (cause as Error).message;
  return new ListenError(`cannot listen on ${where}: ${why}`, { cause });
}
