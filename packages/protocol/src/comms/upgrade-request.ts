/** Reading and judging the request of an upgrade: everything that can be known before the peer has proved itself. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { HandshakeFacts, Secret } from '../credentials.js';
import { CoveyError, ProtocolError } from '../errors.js';
import type { RandomBytes } from '../shared/nonce.js';
import { AuthenticationError, VersionMismatchError } from '../transport-errors.js';
import { COVEY_VERSION, PROTOCOL_VERSION } from '../version.js';
import {
  BULK_UPGRADE,
  CERTIFICATE_STATUS,
  COMM_SUBPROTOCOL,
  FIELDS,
  handshakeNonce,
  introductionFields,
  readIntroduction,
} from './handshake.js';
import type { PeerHello } from './listen.js';
import { sessionBinding } from './tls.js';

/** What a listener allows, and who it is. */
export interface UpgradePolicy {
  readonly secret: Secret;
  readonly role: string;
  readonly random: RandomBytes;
  readonly servesBulk: boolean;
  isAllowedOrigin(origin: string): boolean;
  isAllowedHost(host: string | undefined): boolean;
  /** What proofs bind as the place that was dialled, given the `Host` field. */
  target(host: string): string;
  isLocal(socket: Socket): boolean;
  /** What is wrong with the certificate of a client, if it is checked. */
  certificateError(socket: Socket): CoveyError | undefined;
}

/** An upgrade that may go on to the proofs. */
export interface Upgrade {
  readonly facts: HandshakeFacts;
  readonly hello: PeerHello;
  /** Our half of the handshake, as header fields. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A refused upgrade: the status to answer with, and the error for our own log. */
export class Refusal extends Error {
  constructor(
    readonly status: string,
    readonly error: CoveyError,
  ) {
    super(error.message);
  }

  /** The answer. */
  toHttp(): string {
    const reason = this.message.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
    return (
      `HTTP/1.1 ${this.status}\r\nConnection: close\r\nContent-Length: 0\r\n` +
      `${FIELDS.protocol}: ${PROTOCOL_VERSION}\r\n${FIELDS.version}: ${COVEY_VERSION}\r\n${FIELDS.reason}: ${reason}\r\n\r\n`
    );
  }
}

/** @throws {Refusal} when the request may not go on. */
export function readUpgrade(request: IncomingMessage, socket: Socket, head: Buffer, policy: UpgradePolicy): Upgrade {
  const { headers } = request;
  const remote = remoteAddress(socket);
  const kind = (headers.upgrade ?? '').toLowerCase();
  const isComm = kind === 'websocket';
  if (!isComm && kind !== BULK_UPGRADE) throw badRequest(`unknown upgrade from ${remote}`);
  if (head.length > 0) throw badRequest(`${remote} sent bytes before the handshake`);
  const untrusted = policy.certificateError(socket);
  if (untrusted !== undefined) throw new Refusal(`${CERTIFICATE_STATUS} Certificate Refused`, untrusted);
  if (headers.origin !== undefined && !policy.isAllowedOrigin(headers.origin)) {
    throw new Refusal('403 Forbidden', new AuthenticationError('connections from browser pages are not allowed'));
  }
  if (!policy.isAllowedHost(headers.host)) {
    const name = JSON.stringify((headers.host ?? '').slice(0, 100));
    const what = `this process does not answer for the host name ${name}; add it to its allowed hosts (of a scheduler: --allowed-hosts) or contact address`;
    throw new Refusal('421 Misdirected Request', new AuthenticationError(what));
  }
  if (isComm && headers['sec-websocket-protocol'] !== COMM_SUBPROTOCOL) {
    throw badRequest(`${remote} asks for a WebSocket of another protocol`);
  }
  if (!isComm && !policy.servesBulk) {
    throw new Refusal('404 Not Found', new ProtocolError('this process serves no bulk connections'));
  }
  const { role, coveyVersion, nonce } = readIntroductionOrRefuse(request, remote);
  const facts: HandshakeFacts = {
    purpose: isComm ? 'comm' : 'bulk',
    clientRole: role,
    target: policy.target((headers.host ?? '').toLowerCase()),
    clientNonce: nonce,
    serverNonce: handshakeNonce(policy.random),
    binding: sessionBinding(socket),
  };
  const fields = {
    ...introductionFields(policy.role, facts.serverNonce),
    [FIELDS.proof]: policy.secret.serverProof(facts).toString('base64url'),
  };
  return { facts, fields, hello: { role, coveyVersion, remoteAddress: remote, local: policy.isLocal(socket) } };
}

/** The remote end of a connection, for logs and peers. */
export function remoteAddress(socket: Socket): string {
  return socket.remoteAddress === undefined ? 'a local process' : `${socket.remoteAddress}:${socket.remotePort ?? 0}`;
}

function readIntroductionOrRefuse(request: IncomingMessage, remote: string) {
  try {
    return readIntroduction(request.headers, remote);
  } catch (error) {
    if (error instanceof VersionMismatchError) throw new Refusal('426 Upgrade Required', error);
    if (error instanceof CoveyError) throw new Refusal('400 Bad Request', error);
    throw error;
  }
}

function badRequest(message: string): Refusal {
  return new Refusal('400 Bad Request', new ProtocolError(message));
}
