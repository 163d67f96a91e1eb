/**
 * The mutual handshake of DESIGN §10, as header fields of an HTTP upgrade and one fixed-size proof after it.
 *
 * client → server  GET with role, versions, client nonce
 * server → client  101 with role, version, server nonce, server's proof
 * client → server  32 bytes: client's proof
 *
 * This file makes and checks the fields and knows no socket.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { PROOF_BYTES, type HandshakeFacts, type Secret, sameBytes } from '../credentials.js';
import { ProtocolError } from '../errors.js';
import type { RandomBytes } from '../shared/nonce.js';
import { AuthenticationError, VersionMismatchError } from '../transport-errors.js';
import { COVEY_VERSION, PROTOCOL_VERSION } from '../version.js';

/** The WebSocket subprotocol of control connections. */
export const COMM_SUBPROTOCOL = 'covey.v1';
/** The `Upgrade` of bulk connections. */
export const BULK_UPGRADE = 'covey-bulk.v1';

/** The status for a client whose certificate is refused; some HTTP servers use it so, no standard does. */
export const CERTIFICATE_STATUS = 495;

/** Names of the header fields. */
export const FIELDS = {
  protocol: 'covey-protocol',
  version: 'covey-version',
  role: 'covey-role',
  nonce: 'covey-nonce',
  proof: 'covey-proof',
  reason: 'covey-reason',
} as const;

const ROLE = /^[a-z][a-z-]{0,31}$/;

/** What one side told about itself. */
export interface Introduction {
  readonly role: string;
  readonly coveyVersion: string;
  readonly nonce: Buffer;
}

/** The fields of our own side. */
export function introductionFields(role: string, nonce: Uint8Array): Record<string, string> {
  if (!ROLE.test(role)) throw new TypeError(`a role is a short lower-case word, not ${JSON.stringify(role)}`);
  return {
    [FIELDS.protocol]: String(PROTOCOL_VERSION),
    [FIELDS.version]: COVEY_VERSION,
    [FIELDS.role]: role,
    [FIELDS.nonce]: Buffer.from(nonce).toString('base64url'),
  };
}

/** A fresh nonce of a side. */
export function handshakeNonce(random: RandomBytes): Uint8Array {
  return random(PROOF_BYTES);
}

/**
 * Reads the peer's side.
 * @throws {VersionMismatchError} when it speaks another version of the protocol.
 * @throws {ProtocolError} when it is not Covey.
 */
export function readIntroduction(headers: IncomingHttpHeaders, from: string): Introduction {
  const protocol = field(headers, FIELDS.protocol);
  const coveyVersion = field(headers, FIELDS.version) ?? 'unknown';
  if (protocol === undefined) throw new ProtocolError(`${from} does not speak the protocol of Covey`);
  if (protocol !== String(PROTOCOL_VERSION)) throw versionMismatch(from, protocol, coveyVersion);
  const role = field(headers, FIELDS.role);
  if (role === undefined || !ROLE.test(role)) throw new ProtocolError(`${from} names no valid role`);
  const nonce = readBytes(headers, FIELDS.nonce);
  if (nonce === undefined) throw new ProtocolError(`${from} sent no valid nonce`);
  return { role, coveyVersion, nonce };
}

/** The error of two versions that cannot talk; carries both. */
export function versionMismatch(from: string, protocol: string, coveyVersion: string): VersionMismatchError {
  const local = `${COVEY_VERSION} (protocol ${PROTOCOL_VERSION})`;
  const remote = `${coveyVersion.slice(0, 40)} (protocol ${protocol.slice(0, 10)})`;
  return new VersionMismatchError(
    `${from} runs covey ${remote}, this process ${local}: install the same version on both sides`,
    { data: { local, remote } },
  );
}

/**
 * Checks the server's proof in the fields of its answer.
 * @throws {AuthenticationError} when it does not know the secret.
 */
export function checkServerProof(
  headers: IncomingHttpHeaders,
  secret: Secret,
  facts: HandshakeFacts,
  from: string,
): void {
  const proof = readBytes(headers, FIELDS.proof);
  if (proof === undefined || !sameBytes(proof, secret.serverProof(facts))) {
    throw new AuthenticationError(
      `${from} does not know this process's secret: give both the same COVEY_SECRET or COVEY_SECRET_FILE`,
    );
  }
}

/** Whether bytes are the client's proof. */
export function isClientProof(proof: Uint8Array, secret: Secret, facts: HandshakeFacts): boolean {
  return sameBytes(proof, secret.clientProof(facts));
}

function field(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function readBytes(headers: IncomingHttpHeaders, name: string): Buffer | undefined {
  const text = field(headers, name);
  if (text === undefined || !/^[\w-]{43}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === PROOF_BYTES ? bytes : undefined;
}
