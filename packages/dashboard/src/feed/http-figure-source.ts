/** A scheduler's figures over HTTP, for the page that it serves itself. */
import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import type { FigureSource } from './figure-source.js';
import { JoinedPulls } from './joined-pulls.js';

/** How long the scheduler may wait for something new. Browsers and proxies give up after half a minute or more. */
const WAIT_MS = 10_000;

/** The scheduler does not know the token. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
}

export interface HttpFigureSourceOptions {
  /** Of the scheduler, without a slash at its end; default the page's own. */
  readonly base?: string;
  readonly token: string;
  /** Called when the scheduler does not know the token, or no longer. */
  readonly refused?: () => void;
  readonly fetch?: typeof globalThis.fetch;
}

export class HttpFigureSource implements FigureSource {
  readonly #base: string;
  readonly #token: string;
  readonly #refused: () => void;
  readonly #fetch: typeof globalThis.fetch;
  readonly #pulls = new JoinedPulls((cursors, signal) => this.#pullTogether(cursors, signal));

  constructor({ base = '', token, refused, fetch }: HttpFigureSourceOptions) {
    this.#base = base;
    this.#token = token;
    this.#refused = refused ?? (() => undefined);
    this.#fetch = fetch ?? ((...args) => globalThis.fetch(...args));
  }

  /** @throws {TokenRefusedError}; an error that says what went wrong, also for what may pass */
  pull(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<FigureBatch> {
    return this.#pulls.pull(topic, cursor, signal);
  }

  async ask(method: Parameters<FigureSource['ask']>[0], params: unknown): Promise<unknown> {
    const response = await this.#get(`/ask/${method}?params=${encodeURIComponent(JSON.stringify(params))}`);
    return response.json();
  }

  async #pullTogether(cursors: ReadonlyMap<FigureTopic, number>, signal: AbortSignal): Promise<readonly FigureBatch[]> {
    const topics = [...cursors].map(([topic, cursor]) => `${topic}=${cursor}`);
    const response = await this.#get(`/figures?${topics.join('&')}&waitMs=${WAIT_MS}`, signal);
    return decodeBatches(await response.arrayBuffer());
  }

  async #get(path: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` };
    let response: Response;
    try {
      response = await this.#fetch(this.#base + path, { headers, cache: 'no-store', ...(signal && { signal }) });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new Error('the scheduler can’t be reached', { cause: error });
    }
    if (response.status === 401) this.#refused();
    if (response.status === 401) throw new TokenRefusedError('the scheduler does not know this token');
    if (!response.ok) throw new Error(await reasonOf(response));
    return response;
  }
}

async function reasonOf(response: Response): Promise<string> {
  const fallback = `the scheduler answered with ${response.status}`;
  const body: unknown = await response.json().catch(() => undefined);
  const { error } = (body ?? {}) as { readonly error?: unknown };
  return typeof error === 'string' ? error : fallback;
}

/** Reads an answer. Of each batch comes the length of a header, the header in JSON, columns one after the other. */
export function decodeBatches(bytes: ArrayBuffer): FigureBatch[] {
  const batches: FigureBatch[] = [];
  for (let offset = 0; offset < bytes.byteLength;) {
    const headerLength = new DataView(bytes).getUint32(offset, true);
    const text = new TextDecoder().decode(new Uint8Array(bytes, offset + 4, headerLength));
    const { bufferLengths, ...batch } = JSON.parse(text) as Omit<FigureBatch, 'buffers'> & { bufferLengths: number[] };
    offset += 4 + headerLength;
    const buffers = bufferLengths.map((length) => {
      const buffer = new Uint8Array(bytes, offset, length);
      offset += length;
      return buffer;
    });
    batches.push({ ...batch, buffers });
  }
  return batches;
}
