/** Waiting for a client's proof, on a WebSocket or a raw socket, without reading further than it is long. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { PROOF_BYTES, type Secret } from '../credentials.js';
import type { CoveyError } from '../errors.js';
import { AuthenticationError, ConnectionClosedError } from '../transport-errors.js';
import { isClientProof } from './handshake.js';
import type { Upgrade } from './upgrade-request.js';
import { closeReason, closeStatus } from './websocket-comm.js';

/** The first frame of a comm: two bytes of WebSocket header, four of mask, the proof. */
const PROOF_FRAME_BYTES = 6 + PROOF_BYTES;

/** What came of it: the bytes after the proof, or the reason why there is none. */
export interface ProofOutcome {
  passed(rest: Buffer): void;
  failed(error: CoveyError): void;
}

/**
 * Cuts off a client that sends more than a proof before it has given one. Call it before anybody else reads the socket; the result ends the watch.
 * A chunk may carry frames after the proof, but nothing may follow in later chunks while there was no proof.
 */
export function limitUnproved(socket: Socket): () => void {
  let bytes = 0;
  const count = (chunk: Buffer) => {
    if (bytes >= PROOF_FRAME_BYTES) socket.destroy();
    bytes += chunk.length;
  };
  socket.on('data', count);
  return () => void socket.off('data', count);
}

/** Takes the first message of a WebSocket as the proof. */
export function awaitCommProof(
  webSocket: WebSocket,
  secret: Secret,
  { facts, hello }: Upgrade,
  outcome: ProofOutcome,
): void {
  const who = `${hello.role} at ${hello.remoteAddress}`;
  const early = (status: number, text: Buffer) => {
    const { code } = closeReason(status, text.toString());
    if (code === 'authentication')
      outcome.failed(new AuthenticationError(`${who} has another secret than this process`));
    else outcome.failed(new ConnectionClosedError(`${who} left before it proved that it knows the secret`));
  };
  webSocket.once('close', early);
  webSocket.on('error', () => webSocket.terminate());
  webSocket.once('message', (proof: Buffer, isBinary: boolean) => {
    webSocket.off('close', early);
    if (isBinary && isClientProof(proof, secret, facts)) {
      outcome.passed(Buffer.alloc(0));
      return;
    }
    outcome.failed(new AuthenticationError(`${who} sent a wrong proof`));
    webSocket.close(closeStatus('authentication'), 'wrong proof');
    setImmediate(() => webSocket.terminate());
  });
}

/** Takes the first bytes of a raw socket as the proof. */
export function awaitBulkProof(socket: Socket, secret: Secret, { facts, hello }: Upgrade, outcome: ProofOutcome): void {
  const who = `${hello.role} at ${hello.remoteAddress}`;
  const early = () => outcome.failed(new AuthenticationError(`${who} left before it proved that it knows the secret`));
  let received: Buffer = Buffer.alloc(0);
  const read = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (received.length < PROOF_BYTES) return;
    socket.off('data', read);
    socket.off('close', early);
    if (isClientProof(received.subarray(0, PROOF_BYTES), secret, facts)) outcome.passed(received.subarray(PROOF_BYTES));
    else {
      outcome.failed(new AuthenticationError(`${who} sent a wrong proof`));
      socket.destroy();
    }
  };
  socket.on('data', read);
  socket.once('close', early);
}
