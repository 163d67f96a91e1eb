/**
 * Reading an accepted connection straight into its destinations. Node offers that (`onread`) to sockets that dial; an accepted one gets it by a second
 * `Socket` around the same handle. A gigabyte that comes in pieces of 64 KiB costs its reader half as much again in copies and dead buffers.
 */
import { Socket, type OnReadOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What Node keeps behind a socket. It is not documented, so it is only used where it looks as it should. */
interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

/**
 * A socket that reads the same connection by `onread`, or undefined where that can't be had (TLS decrypts into buffers of its own). The given one must have
 * nothing buffered; it ends when the new one does, and the other way round.
 */
export function readDirectly(socket: Socket, onread: OnReadOpts): Socket | undefined {
  const owner = socket as unknown as { _handle: Handle | null };
  const handle = owner._handle;
  if (socket instanceof TLSSocket || socket.destroyed || typeof handle?.useUserBuffer !== 'function') return undefined;
  if (socket.readableLength > 0 || socket.writableLength > 0) return undefined;
  socket.setTimeout(0);
  owner._handle = null;
  const options = { handle, onread, allowHalfOpen: true, readable: true, writable: true };
  const direct = new Socket(options);
  direct.once('close', () => socket.destroy());
  socket.once('close', () => direct.destroy());
  return direct;
}
