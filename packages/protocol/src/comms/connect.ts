/** Connecting to a listener: dial, both proofs, a comm. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { formatAddress, parseAddress, type Address } from '../address.js';
import type { Secret } from '../credentials.js';
import { ProtocolError, type CoveyError } from '../errors.js';
import { systemClock } from '../shared/clock.js';
import { deferred } from '../shared/deferred.js';
import { systemRandomBytes, type RandomBytes } from '../shared/nonce.js';
import { offAbort, onAbort } from '../shared/on-abort.js';
import { AuthenticationError, CertificateError, ConnectError } from '../transport-errors.js';
import { DEFAULT_COMM_LIMITS, type Comm, type CommLimits } from './comm.js';
import { connectError, isDropped, dial, dialTarget, isLocal, type SocketAddress } from './dial.js';
import {
  CERTIFICATE_STATUS,
  checkServerProof,
  COMM_SUBPROTOCOL,
  FIELDS,
  handshakeNonce,
  introductionFields,
  readIntroduction,
  versionMismatch,
} from './handshake.js';
import { defaultNetwork, type InProcessNetwork } from './in-process.js';
import { sessionBinding, type ConnectTls } from './tls.js';
import { closeStatus, WEBSOCKET_OPTIONS, WebSocketComm } from './websocket-comm.js';

/** How to connect. */
export interface ConnectOptions {
  readonly secret: Secret;
  /** What this process is, e.g. `client`. */
  readonly role: string;
  readonly signal?: AbortSignal;
  /** Time for one attempt. Default 10 s. */
  readonly timeoutMs?: number;
  readonly tls?: ConnectTls;
  readonly limits?: Partial<CommLimits>;
  readonly random?: RandomBytes;
  /** Where `inproc` addresses live. Default one for the process. */
  readonly network?: InProcessNetwork;
}

/** Default time for one attempt to connect. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** How often one that is dropped without an answer is dialled. */
const DIALS = 3;

/**
 * Connects to a listener; both sides have proved that they know the secret when this resolves.
 * @throws {ConnectError} when nobody answers, {@link CertificateError} when a certificate is not accepted, {@link AuthenticationError} when the secrets differ, {@link VersionMismatchError} when the versions do.
 */
export async function connect(address: Address | string, options: ConnectOptions): Promise<Comm> {
  const parsed = parseAddress(address);
  options.signal?.throwIfAborted();
  if (parsed.kind === 'inproc') return (options.network ?? defaultNetwork()).connect(parsed, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectWebSocket(parsed, options);
    } catch (error) {
      // Who is held up before it has said a word is dropped as a stranger who says nothing: it may try again.
      if (!isDropped(error) || attempt === DIALS) throw error;
    }
  }
}

async function connectWebSocket(address: SocketAddress, options: ConnectOptions): Promise<Comm> {
  const { secret, role, signal, timeoutMs = CONNECT_TIMEOUT_MS } = options;
  const limits = { ...DEFAULT_COMM_LIMITS, ...options.limits };
  const from = formatAddress(address);
  const nonce = handshakeNonce(options.random ?? systemRandomBytes);
  const { host, target } = dialTarget(address);
  const socket = dial(address, options.tls);
  const webSocket = new WebSocket(`ws://${host}/`, [COMM_SUBPROTOCOL], {
    ...WEBSOCKET_OPTIONS,
    maxPayload: limits.maxFrameBytes,
    // Masks are for browsers behind naive proxies; a zero mask makes `ws` skip the copy.
    generateMask: () => undefined,
    headers: { ...introductionFields(role, nonce), host },
    createConnection: () => socket,
  });
  const done = deferred<WebSocketComm>();
  const fail = (error: unknown) => {
    done.reject(error);
    webSocket.terminate();
  };
  const late = () => fail(new ConnectError(`${from} did not answer within ${timeoutMs} ms`));
  const timer = systemClock.setTimer(late, timeoutMs, { holdsProcess: true });
  const aborted = () => fail(signal?.reason);
  onAbort(signal, aborted);

  let comm: WebSocketComm | undefined;
  webSocket.on('error', (error) => done.reject(connectError(address, error)));
  webSocket.on('unexpected-response', (_request, response) => {
    fail(refusal(address, response.statusCode ?? 0, response.headers));
    response.destroy();
  });
  webSocket.on('upgrade', ({ headers }) => {
    try {
      const server = readIntroduction(headers, from);
      const facts = {
        purpose: 'comm' as const,
        clientRole: role,
        target,
        clientNonce: nonce,
        serverNonce: server.nonce,
        binding: sessionBinding(socket),
      };
      checkServerProof(headers, secret, facts, from);
      comm = new WebSocketComm(
        webSocket,
        socket,
        { role: server.role, coveyVersion: server.coveyVersion, address: from, local: isLocal(address) },
        limits,
      );
      const proof = secret.clientProof(facts);
      webSocket.once('open', () => {
        webSocket.send(proof);
        if (comm !== undefined) done.resolve(comm);
      });
    } catch (error) {
      done.reject(error);
      turnAway(webSocket, socket, error);
    }
  });
  try {
    return await done.promise;
  } finally {
    systemClock.clearTimer(timer);
    offAbort(signal, aborted);
  }
}

/** Tells a server that could not prove itself why we leave, so that its log says so too. */
function turnAway(webSocket: WebSocket, socket: Socket, error: unknown): void {
  if (!(error instanceof AuthenticationError)) {
    webSocket.terminate();
    return;
  }
  webSocket.once('open', () => webSocket.close(closeStatus('authentication'), 'wrong proof'));
  const timer = setTimeout(() => socket.destroy(), 1000).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** The error of an answer that is no upgrade. */
export function refusal(address: Address, status: number, headers: IncomingHttpHeaders): CoveyError {
  const from = formatAddress(address);
  const protocol = headers[FIELDS.protocol];
  const reason = headers[FIELDS.reason];
  if (typeof protocol !== 'string') {
    return new ConnectError(`what answers at ${from} is not Covey (HTTP status ${status}); check the port`);
  }
  if (status === 426) return versionMismatch(from, protocol, String(headers[FIELDS.version] ?? 'unknown'));
  const text = `${from} refused the connection: ${typeof reason === 'string' ? reason : `HTTP status ${status}`}`;
  if (status === CERTIFICATE_STATUS) return new CertificateError(text);
  if (status === 400 || status === 404) return new ProtocolError(text);
  return new ConnectError(text);
}
