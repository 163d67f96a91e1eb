/** The comm over a WebSocket that has passed the handshake, alike for both ends and for TCP, TLS and Unix sockets. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { BaseComm, type CloseCode, type CloseReason, type CommLimits, type CommPeer } from './comm.js';

const STATUS_OF: Readonly<Record<CloseCode, number>> = {
  closed: 1000,
  lost: 1001,
  protocol: 4400,
  authentication: 4401,
  'slow-peer': 4408,
  'dead-peer': 4410,
  replaced: 4409,
  oversized: 1009,
};
const CODE_OF = new Map<number, CloseCode>(
  Object.entries(STATUS_OF).map(([code, status]) => [status, code as CloseCode]),
);
/** Statuses by which `ws` itself reports broken frames. */
const BROKEN_FRAMES = new Set([1002, 1003, 1007]);

/** Options that both ends give to `ws`: no compression, binary only. */
export const WEBSOCKET_OPTIONS = {
  perMessageDeflate: false,
  skipUTF8Validation: true,
  /** How long `ws` waits for the other half of a closing handshake before it destroys the socket. */
  closeTimeout: 2000,
} as const;

/** What a closing status of a WebSocket means. */
export function closeReason(status: number, text: string): CloseReason {
  const code = CODE_OF.get(status) ?? (BROKEN_FRAMES.has(status) ? 'protocol' : 'lost');
  return { code, message: text || (code === 'closed' ? 'closed by the peer' : `connection ${code} (${status})`) };
}

/** The status that stands for a code. */
export function closeStatus(code: CloseCode): number {
  return STATUS_OF[code];
}

export class WebSocketComm extends BaseComm {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  #own: CloseReason | undefined;
  #ended = false;

  constructor(webSocket: WebSocket, socket: Socket, peer: CommPeer, limits: CommLimits) {
    super(peer, limits);
    this.#webSocket = webSocket;
    this.#socket = socket;
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (this.#own !== undefined) return;
      if (isBinary) this.received(data);
      else this.close('protocol', 'text frames are not part of the protocol');
    });
    webSocket.on('error', (error: Error & { code?: string }) => {
      const oversized = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
      const broken = error.code?.startsWith('WS_ERR') === true;
      this.#own ??= { code: oversized ? 'oversized' : broken ? 'protocol' : 'lost', message: error.message };
    });
    webSocket.on('close', (status: number, text: Buffer) => {
      this.#ended = true;
      this.ended(this.#own ?? closeReason(status, text.toString()));
    });
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get closed(): boolean {
    return this.#ended || this.#own !== undefined;
  }

  send(frame: Uint8Array): void {
    if (this.closed || this.#webSocket.readyState !== 1) return;
    this.#webSocket.send(frame);
    if (this.#socket.writableLength > this.limits.maxBufferedBytes) {
      this.#own = {
        code: 'slow-peer',
        message: `${this.peer.role} at ${this.peer.address} did not read ${this.#socket.writableLength} bytes`,
      };
      this.#webSocket.terminate();
    }
  }

  close(code: CloseCode = 'closed', message = ''): void {
    if (this.closed) return;
    this.#own = { code, message: message || 'closed here' };
    if (code === 'dead-peer' || code === 'lost') this.#webSocket.terminate();
    else this.#webSocket.close(closeStatus(code), Buffer.from(message).subarray(0, 120).toString());
  }
}
