/** A peer that speaks the handshake by hand, so that tests can get each step of it wrong. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { formatAuthority, type Address } from '../address.js';
import type { HandshakeFacts } from '../credentials.js';
import { sessionBinding } from './tls.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export class RawClient {
  readonly nonce = randomBytes(32);
  readonly #address: Exclude<Address, { kind: 'inproc' }>;
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  readonly closed: Promise<void>;

  constructor(address: Address) {
    if (address.kind === 'inproc') throw new Error('no socket leads there');
    this.#address = address;
    this.socket =
      address.kind === 'unix'
        ? connect(address.path)
        : address.kind === 'ws'
          ? connect(address.port, address.host)
          : tlsConnect({ port: address.port, host: address.host, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  get host(): string {
    return this.#address.kind === 'unix' ? 'localhost' : formatAuthority(this.#address);
  }

  get target(): string {
    return this.#address.kind === 'unix' ? `unix:${this.#address.path.split('/').at(-1)}` : this.host;
  }

  /** The text of an upgrade; a field of undefined is left out. */
  upgradeText(changes: Readonly<Record<string, string | undefined>> = {}): string {
    const fields: Record<string, string | undefined> = {
      host: this.host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-protocol': 'covey.v1',
      'covey-protocol': '1',
      'covey-version': '0.1.0',
      'covey-role': 'worker',
      'covey-nonce': this.nonce.toString('base64url'),
      ...changes,
    };
    const lines = Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}\r\n`],
    );
    return `GET / HTTP/1.1\r\n${lines.join('')}\r\n`;
  }

  /** Sends an upgrade and reads the head of the answer. */
  async upgrade(changes: Readonly<Record<string, string | undefined>> = {}): Promise<RawAnswer> {
    return this.request(this.upgradeText(changes));
  }

  async request(text: string): Promise<RawAnswer> {
    this.socket.write(text);
    while (!this.received.includes('\r\n\r\n')) {
      if (this.socket.destroyed) throw new Error('the connection was closed without an answer');
      await new Promise<void>((resolve) => {
        this.socket.once('data', () => resolve());
        this.socket.once('close', () => resolve());
      });
    }
    const end = this.received.indexOf('\r\n\r\n');
    const [first = '', ...lines] = this.received.subarray(0, end).toString('latin1').split('\r\n');
    this.received = this.received.subarray(end + 4);
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    return { status: Number(first.split(' ')[1]), headers };
  }

  facts(answer: RawAnswer, purpose: 'comm' | 'bulk' = 'comm'): HandshakeFacts {
    return {
      purpose,
      clientRole: 'worker',
      target: this.target,
      clientNonce: this.nonce,
      serverNonce: Buffer.from(answer.headers['covey-nonce'] ?? '', 'base64url'),
      binding: sessionBinding(this.socket),
    };
  }

  /** Sends bytes as one binary WebSocket message with a zero mask. */
  message(bytes: Uint8Array): void {
    if (bytes.length > 125) throw new Error('too long for this helper');
    this.socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]));
  }
}
