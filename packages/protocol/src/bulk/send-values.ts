/** Writing values to a socket: small parts gathered into one write, large buffers as they are, in bounded pieces, as fast as the peer reads. */
import type { Writable } from 'node:stream';
import { ConnectionClosedError } from '../transport-errors.js';
import type { ValueFrames } from './value-frames.js';

/** Parts up to this size are gathered by copying. */
const GATHER_BYTES = 16 * 1024;
/** The gathering buffer: full ones are written. */
const STAGE_BYTES = 256 * 1024;

export interface SendOptions {
  /** The longest single write of a large buffer. Default 16 MiB. */
  readonly pieceBytes?: number;
}

/**
 * Writes a prefix with its directory, then the payload. Resolves when the last byte has left this process: then the buffers may change again.
 * @throws {ConnectionClosedError} when the socket closes first.
 */
export async function sendValues(
  socket: Writable,
  directory: Buffer,
  values: readonly (ValueFrames | undefined)[],
  options: SendOptions = {},
): Promise<void> {
  const sender = new Sender(socket, options.pieceBytes ?? 16 * 2 ** 20);
  await sender.part(directory);
  for (const value of values) {
    if (value === undefined) continue;
    if (sender.fits(value.header)) sender.stage(value.header);
    else await sender.part(value.header);
    for (const buffer of value.buffers) {
      if (sender.fits(buffer)) sender.stage(buffer);
      else await sender.part(buffer);
    }
  }
  await sender.finish();
}

class Sender {
  readonly #socket: Writable;
  readonly #pieceBytes: number;
  #staged: Buffer | undefined;
  #stagedBytes = 0;

  constructor(socket: Writable, pieceBytes: number) {
    this.#socket = socket;
    this.#pieceBytes = pieceBytes;
  }

  /** Whether a part is small and has room in the gathering buffer. */
  fits(part: Uint8Array): boolean {
    return part.length <= GATHER_BYTES && this.#stagedBytes + part.length <= STAGE_BYTES;
  }

  stage(part: Uint8Array): void {
    if (part.length === 0) return;
    // Most responses are small: the buffer begins small and grows once.
    if (this.#staged === undefined) this.#staged = Buffer.allocUnsafeSlow(GATHER_BYTES);
    if (this.#stagedBytes + part.length > this.#staged.length) {
      const larger = Buffer.allocUnsafeSlow(STAGE_BYTES);
      larger.set(this.#staged.subarray(0, this.#stagedBytes));
      this.#staged = larger;
    }
    this.#staged.set(part, this.#stagedBytes);
    this.#stagedBytes += part.length;
  }

  async part(part: Uint8Array): Promise<void> {
    if (this.fits(part)) {
      this.stage(part);
      return;
    }
    this.#socket.cork();
    this.#writeStaged();
    if (part.length <= GATHER_BYTES) {
      this.stage(part);
      this.#socket.uncork();
      return;
    }
    const first = this.#write(part.subarray(0, this.#pieceBytes));
    this.#socket.uncork();
    await first;
    for (let at = this.#pieceBytes; at < part.length; at += this.#pieceBytes)
      await this.#write(part.subarray(at, at + this.#pieceBytes));
  }

  async finish(): Promise<void> {
    if (this.#stagedBytes > 0) {
      const rest = this.#take();
      await this.#write(rest);
    }
  }

  #writeStaged(): void {
    if (this.#stagedBytes > 0) this.#socket.write(this.#take());
  }

  #take(): Buffer {
    const staged = (this.#staged as Buffer).subarray(0, this.#stagedBytes);
    this.#staged = undefined;
    this.#stagedBytes = 0;
    return staged;
  }

  /** Resolves when the system has taken the bytes. */
  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error == null) resolve();
        else
          reject(
            new ConnectionClosedError(`the connection broke while a value was sent: ${error.message}`, {
              cause: error,
            }),
          );
      });
    });
  }
}
