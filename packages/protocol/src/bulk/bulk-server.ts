/** The holder's side of bulk connections: answers one request after another on each authenticated socket. */
import type { Socket } from 'node:net';
import type { PeerHello } from '../comms/listen.js';
import type { BulkHandler } from '../comms/socket-listener.js';
import { CoveyError, ProtocolError } from '../errors.js';
import { silentLogger, type Logger } from '../shared/logger.js';
import { readDirectly } from './direct-socket.js';
import { Filler, SCRATCH_BYTES, type Filling } from './filling.js';
import { DEFAULT_BULK_LIMITS, STALL_TIMEOUT_MS } from './limits.js';
import { sendValues, type SendOptions } from './send-values.js';
import type { BulkContext, BulkSource, ValueFrames } from './value-frames.js';
import {
  allocateBytes,
  encodeDirectory,
  encodeFailed,
  encodeStored,
  OP,
  readDirectory,
  readIds,
  readPrefix,
  readValue,
  STATUS,
  type BulkLimits,
} from './wire.js';

export interface BulkServerOptions extends SendOptions {
  readonly limits?: Partial<BulkLimits>;
  /** A connection on which nothing moves for so long is closed. Default 60 s while busy, and twice that between requests. */
  readonly stallTimeoutMs?: number;
  readonly logger?: Logger;
}

type Request =
  | { readonly kind: 'get'; readonly ids: readonly number[] }
  | { readonly kind: 'put'; readonly entries: readonly { readonly id: number; readonly value: ValueFrames }[] };

/** How long a peer that is being refused may go on sending before its connection is cut. */
const REFUSAL_GRACE_MS = 2000;

/**
 * Makes the handler of a listener's bulk connections.
 *
 * @example
 * ```ts
 * await listen({ …, onBulk: serveBulk({ get: (ids) => ids.map((id) => store.get(id)) }) });
 * ```
 */
export function serveBulk(source: BulkSource, options: BulkServerOptions = {}): BulkHandler {
  return (socket, head, hello) => new BulkConnection(socket, hello, source, options).start(head);
}

class BulkConnection {
  #socket: Socket;
  readonly #source: BulkSource;
  readonly #options: BulkServerOptions;
  readonly #limits: BulkLimits;
  readonly #logger: Logger;
  readonly #filler = new Filler();
  readonly #gone = new AbortController();
  readonly #context: BulkContext;
  /** What still comes is not looked at. */
  #hasRefused = false;

  constructor(socket: Socket, hello: PeerHello, source: BulkSource, options: BulkServerOptions) {
    this.#socket = socket;
    this.#source = source;
    this.#options = options;
    this.#limits = { ...DEFAULT_BULK_LIMITS, ...options.limits };
    this.#logger = options.logger ?? silentLogger;
    this.#context = {
      role: hello.role,
      remoteAddress: hello.remoteAddress,
      local: hello.local,
      signal: this.#gone.signal,
    };
  }

  start(head: Buffer): void {
    this.#next();
    if (head.length > 0) this.#feed(head);
    // What came with the proof may have ended it.
    if (this.#hasRefused || this.#socket.destroyed) return;
    const direct = this.#readDirectly();
    if (direct === undefined) this.#socket.on('data', (chunk: Buffer) => this.#feed(chunk));
    else this.#socket = direct;
    const socket = this.#socket;
    socket.once('close', () => this.#gone.abort());
    socket.setTimeout(2 * (this.#options.stallTimeoutMs ?? STALL_TIMEOUT_MS), () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('error', () => socket.destroy());
  }

  #readDirectly(): Socket | undefined {
    const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    return readDirectly(this.#socket, {
      buffer: () => (this.#hasRefused ? scratch : (this.#filler.direct() ?? scratch)),
      callback: (count, buffer) => {
        if (buffer === scratch) this.#feed(scratch.subarray(0, count));
        else this.#advance(count);
        return true;
      },
    });
  }

  #next(): void {
    this.#filler.begin(this.#readRequest(), (request) => void this.#serve(request));
  }

  #feed(chunk: Uint8Array): void {
    if (this.#hasRefused) return;
    try {
      this.#filler.feed(chunk);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #advance(count: number): void {
    try {
      this.#filler.advance(count);
    } catch (error) {
      this.#refuse(error);
    }
  }

  *#readRequest(): Filling<Request> {
    const prefix = yield* readPrefix(this.#limits);
    if (prefix.code === OP.get) return { kind: 'get', ids: yield* readIds(prefix) };
    if (prefix.code !== OP.put) throw new ProtocolError(`bulk operation ${prefix.code} does not exist`);
    if (this.#source.put === undefined) throw new ProtocolError('this process takes no uploads');
    const entries = [];
    const allocate = (bytes: number) => this.#source.allocate?.(bytes, this.#context) ?? allocateBytes(bytes);
    for (const entry of yield* readDirectory(prefix, this.#limits)) {
      if (!entry.present) throw new ProtocolError('an upload announces a value that is not there');
      entries.push({ id: entry.id, value: yield* readValue(entry, allocate) });
    }
    return { kind: 'put', entries };
  }

  async #serve(request: Request): Promise<void> {
    try {
      if (request.kind === 'get') await this.#answerGet(request.ids);
      else {
        for (const { id, value } of request.entries) await this.#source.put?.(id, value, this.#context);
        this.#socket.write(encodeStored());
      }
      if (!this.#gone.signal.aborted) this.#next();
    } catch (error) {
      if (!this.#gone.signal.aborted)
        this.#logger.warn('a bulk request failed', { remote: this.#context.remoteAddress, error });
      this.#socket.destroy();
    }
  }

  async #answerGet(ids: readonly number[]): Promise<void> {
    let values: readonly (ValueFrames | undefined)[];
    try {
      values = await this.#source.get(ids, this.#context);
      if (values.length !== ids.length)
        throw new CoveyError(`${ids.length} values were asked for and ${values.length} given`);
    } catch (error) {
      this.#socket.write(encodeFailed(error));
      return;
    }
    try {
      await sendValues(this.#socket, encodeDirectory(STATUS.values, ids, values), values, this.#options);
    } finally {
      this.#source.release?.(ids, this.#context);
    }
  }

  /** Says why, takes no more, and gives the peer a moment to read it. */
  #refuse(error: unknown): void {
    const socket = this.#socket;
    this.#logger.warn('a bulk connection was closed', { remote: this.#context.remoteAddress, error });
    this.#hasRefused = true;
    socket.end(encodeFailed(error));
    const timer = setTimeout(() => socket.destroy(), REFUSAL_GRACE_MS);
    socket.once('close', () => clearTimeout(timer));
  }
}
