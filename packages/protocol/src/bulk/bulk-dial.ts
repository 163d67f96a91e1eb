/** The fetcher's connection: the handshake over plain HTTP text, then a socket that reads straight into destinations. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { formatAddress } from '../address.js';
import { refusal, type ConnectOptions } from '../comms/connect.js';
import { connectError, dial, dialTarget, type SocketAddress } from '../comms/dial.js';
import {
  BULK_UPGRADE,
  checkServerProof,
  handshakeNonce,
  introductionFields,
  readIntroduction,
} from '../comms/handshake.js';
import { sessionBinding } from '../comms/tls.js';
import type { HandshakeFacts } from '../credentials.js';
import { ProtocolError } from '../errors.js';
import { systemClock } from '../shared/clock.js';
import { deferred } from '../shared/deferred.js';
import { systemRandomBytes } from '../shared/nonce.js';
import { offAbort, onAbort } from '../shared/on-abort.js';
import { ConnectError, ConnectionClosedError } from '../transport-errors.js';
import { Filler, SCRATCH_BYTES } from './filling.js';

const MAX_HEAD_BYTES = 16 * 1024;

/** An open bulk connection. Whoever uses it sets {@link onfail} for as long as it reads. */
export class BulkSocket {
  readonly socket: Socket;
  readonly filler: Filler;
  /** Told once when the connection broke or sent what it must not. */
  onfail: ((error: Error) => void) | undefined;
  /** Told when nothing moved for the time that {@link watch} was given. */
  #onstall: (() => void) | undefined;
  #head: Buffer | undefined = Buffer.alloc(0);
  #onhead: ((head: Buffer) => Buffer) | undefined;
  #failure: Error | undefined;
  readonly #from: string;

  constructor(address: SocketAddress, options: ConnectOptions) {
    this.#from = formatAddress(address);
    // TLS goes on to hand over what it has decrypted when it is told to stop; and decrypting takes longer than touching memory.
    this.filler = new Filler(address.kind === 'wss' ? undefined : () => this.socket.resume());
    const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    this.socket = dial(address, options.tls, {
      buffer: () => this.filler.direct() ?? scratch,
      callback: (count, buffer) => {
        try {
          if (buffer === scratch) this.#received(scratch.subarray(0, count));
          else this.filler.advance(count);
        } catch (error) {
          this.fail(error as Error);
        }
        return !this.filler.isBlocked;
      },
    });
    this.socket.on('timeout', () => this.#onstall?.());
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('end', () => this.fail(new ConnectionClosedError(`${this.#from} closed the connection`)));
    this.socket.on('close', () => this.fail(new ConnectionClosedError(`the connection to ${this.#from} is closed`)));
  }

  /** Whether it has broken. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Calls `onstall` when nothing moves on the connection for `ms`; the last watch counts. */
  watch(ms: number, onstall: () => void): void {
    this.#onstall = onstall;
    this.socket.setTimeout(ms);
  }

  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.filler.stop();
    this.socket.destroy();
    this.onfail?.(error);
  }

  /** Hands over the head of the HTTP answer; `take` gives back what is to be sent. */
  expectHead(take: (head: Buffer) => Buffer): void {
    this.#onhead = take;
  }

  #received(bytes: Uint8Array): void {
    if (this.#head === undefined) {
      this.filler.feed(bytes);
      return;
    }
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#head.length > MAX_HEAD_BYTES) throw new ProtocolError(`${this.#from} did not answer with HTTP`);
      return;
    }
    const head = this.#head;
    this.#head = undefined;
    if (head.length > end + 4) throw new ProtocolError(`${this.#from} sent bytes before the handshake ended`);
    const proof = this.#onhead?.(head.subarray(0, end));
    if (proof !== undefined) this.socket.write(proof);
  }
}

/** Opens a bulk connection. Errors are those of {@link connect}. */
export async function dialBulk(address: SocketAddress, options: ConnectOptions): Promise<BulkSocket> {
  const { secret, role, signal, timeoutMs = 10_000 } = options;
  signal?.throwIfAborted();
  const from = formatAddress(address);
  const nonce = handshakeNonce(options.random ?? systemRandomBytes);
  const { host, target } = dialTarget(address);
  const bulk = new BulkSocket(address, options);
  const done = deferred();
  bulk.onfail = (error) =>
    done.reject(
      'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_COVEY')
        ? error
        : connectError(address, error),
    );
  const late = () => bulk.fail(new ConnectError(`${from} did not answer within ${timeoutMs} ms`));
  const timer = systemClock.setTimer(late, timeoutMs, { holdsProcess: true });
  const aborted = () => {
    done.reject(signal?.reason);
    bulk.socket.destroy();
  };
  onAbort(signal, aborted);
  bulk.expectHead((head) => {
    const { status, headers } = parseHead(head.toString('latin1'), from);
    if (status !== 101) throw refusal(address, status, headers);
    const server = readIntroduction(headers, from);
    const facts: HandshakeFacts = {
      purpose: 'bulk',
      clientRole: role,
      target,
      clientNonce: nonce,
      serverNonce: server.nonce,
      binding: sessionBinding(bulk.socket),
    };
    checkServerProof(headers, secret, facts, from);
    done.resolve();
    return secret.clientProof(facts);
  });
  const fields = Object.entries(introductionFields(role, nonce)).map(([name, value]) => `${name}: ${value}\r\n`);
  bulk.socket.write(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: ${BULK_UPGRADE}\r\n${fields.join('')}\r\n`,
  );
  try {
    await done.promise;
    return bulk;
  } finally {
    bulk.onfail = undefined;
    systemClock.clearTimer(timer);
    offAbort(signal, aborted);
  }
}

function parseHead(head: string, from: string): { status: number; headers: IncomingHttpHeaders } {
  const [first = '', ...lines] = head.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first);
  if (status === null) throw new ProtocolError(`${from} did not answer with HTTP`);
  const headers: IncomingHttpHeaders = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status[1]), headers };
}
