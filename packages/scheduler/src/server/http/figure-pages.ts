/**
 * What the dashboard of a browser asks the scheduler over HTTP: `/figures?TOPIC=CURSOR` answers one pull, of several
 * topics at once, `/ask/METHOD` one of the calls that change nothing.
 */
import { CoveyError } from '@covey/protocol';
import type { FigureBatch } from '@covey/protocol/bridge';
import type { Figures, WhenGone } from '../figures/figures.js';

/** Calls that change nothing and need no session. */
export const ASKABLE: ReadonlySet<string> = new Set([
  'call-stack',
  'explain',
  'nbytes',
  'processing',
  'scheduler-info',
  'story',
  'task',
  'who-has',
]);

export interface FigurePages {
  readonly pull: Figures['pull'];
  ask(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
}

export interface BinaryPage {
  readonly status?: number;
  readonly type: string;
  readonly body: Uint8Array;
}

/** The answer to a path of this module's; undefined for any other path. */
export function figurePage(
  pages: FigurePages,
  path: string,
  query: URLSearchParams,
  whenGone: WhenGone,
): Promise<BinaryPage> | undefined {
  const [, area, name, more] = path.split('/');
  if (more !== undefined) return undefined;
  if (area === 'figures' && name === undefined) return orRefusal(() => figures(pages, query, whenGone));
  if (area === 'ask' && name !== undefined) return orRefusal(() => ask(pages, name, query, signalOf(whenGone)));
  return undefined;
}

async function figures(pages: FigurePages, query: URLSearchParams, whenGone: WhenGone): Promise<BinaryPage> {
  const { waitMs = 0, ...cursors } = Object.fromEntries([...query].map(([name, text]) => [name, wholeNumber(text)]));
  const asked = Object.entries(cursors).map(([topic, cursor]) => ({ topic, cursor }));
  if (![waitMs, ...Object.values(cursors)].every(Number.isSafeInteger)) {
    return json({ error: 'waitMs, and the cursor of each topic, are whole numbers from 0' }, 400);
  }
  const batches = await pages.pull(asked, waitMs, whenGone);
  return { type: 'application/vnd.covey.figures', body: Buffer.concat(batches.map(bytesOf)) };
}

/** Batches that are told to several viewers are written once. */
const written = new WeakMap<FigureBatch, Uint8Array>();

/** Length of the header, header, columns. */
function bytesOf(told: FigureBatch): Uint8Array {
  const known = written.get(told);
  if (known !== undefined) return known;
  const { buffers, ...batch } = told;
  const header = Buffer.from(JSON.stringify({ ...batch, bufferLengths: buffers.map(({ byteLength }) => byteLength) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const bytes = Buffer.concat([length, header, ...buffers]);
  written.set(told, bytes);
  return bytes;
}

async function ask(
  pages: FigurePages,
  method: string,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<BinaryPage> {
  if (!ASKABLE.has(method)) return json({ error: `'${method}' can't be asked here`, methods: [...ASKABLE] }, 404);
  let params: unknown;
  try {
    params = JSON.parse(query.get('params') ?? 'null');
  } catch {
    return json({ error: 'params is not JSON' }, 400);
  }
  return json(await pages.ask(method, params, signal));
}

function signalOf(whenGone: WhenGone): AbortSignal {
  const gone = new AbortController();
  whenGone((reason) => gone.abort(reason));
  return gone.signal;
}

/** A refusal is an answer: what was asked for wrongly is told to who asked. */
async function orRefusal(page: () => Promise<BinaryPage>): Promise<BinaryPage> {
  try {
    return await page();
  } catch (error) {
    if (!(error instanceof CoveyError)) throw error;
    return json({ error: error.message, code: error.code }, error.code === 'ERR_COVEY_CALL_TIMEOUT' ? 503 : 400);
  }
}

/** NaN for anything else. */
function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}

function json(value: unknown, status = 200): BinaryPage {
  const body = JSON.stringify(value ?? null, (_name, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  );
  return { status, type: 'application/json; charset=utf-8', body: Buffer.from(`${body}\n`) };
}
