/**
 * Local data to workers. The scheduler says where each piece goes; small ones travel through it, others directly to the workers.
 */
import type { ClientTaskId, Kinds, ScatterItem, TaskId, ValueFrames } from '@covey/protocol/internal';
import {
  critically,
  cutText,
  either,
  flag,
  INLINE_RESULT_BYTES,
  MAX_NAME_LENGTH,
  whole,
  workerOrWorkers,
} from '@covey/protocol/internal';
import { UnknownWorkerError } from '@covey/protocol';
import { Future, waitKinds } from '../future.js';
import { withinLimits } from '../session/within-limits.js';
import { Elsewhere } from '../session/result-reader.js';
import type { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import { UsageError } from '../errors.js';
import { encodeFrames, encodeWhole, hashValue } from '../values/codec.js';
import { makeEnding } from '../values/failures.js';

/** Where scattered data goes. */
export interface ScatterOptions {
  /** Addresses, names or hosts of workers: copies come there, also of data that is on others already. Default: spread over all. */
  readonly workers?: string | readonly string[];
  /** Copies of each piece on these workers: true for one on each that is there, or a number. Default 1. */
  readonly broadcast?: boolean | number;
  /** Key by content, so that equal data is sent once. Default true; false spares hashing large data. */
  readonly hash?: boolean;
  /** Takes arrays and objects as one piece instead of piece by piece. Default false. */
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds in which the data has to be there, else a `WaitTimeoutError`. Default: the view's `timeout`, else no limit. */
  readonly timeoutMs?: number;
}

export const scatterKinds: Kinds<ScatterOptions> = {
  workers: workerOrWorkers,
  broadcast: either(flag, whole(1)),
  hash: flag,
  whole: flag,
  ...waitKinds,
};

/** A value that is about to be scattered. */
interface Piece {
  readonly value: unknown;
  readonly future: Future<unknown>;
  readonly id: number;
  readonly item: ScatterItem;
  readonly frames: ValueFrames;
}

/** What scattering needs beside the values. */
interface Placement {
  readonly workers?: readonly string[];
  readonly broadcast?: boolean | number;
  /** Addresses of workers that did not take an upload. */
  readonly avoid?: readonly string[];
  readonly signal?: AbortSignal;
  /** The scheduler has said where the pieces go. */
  readonly placed?: () => void;
}

/** A piece that no worker took. */
interface Failure {
  readonly piece: Piece;
  readonly addresses: readonly string[];
  readonly error: unknown;
}

/** What the scheduler passes on at most, for a client that reaches no worker. */
const MOST_INLINE_BYTES = 2 ** 20;

/** Workers may die one after the other, but not all the time. */
const UPLOAD_ATTEMPTS = 5;

/** Scatters values, each for itself; resolves when all are stored. */
export async function scatterValues(
  session: Session,
  values: readonly unknown[],
  options: ScatterOptions,
): Promise<Future<unknown>[]> {
  session.checkRoom();
  options.signal?.throwIfAborted();
  const pieces: Piece[] = [];
  const futures = values.map((value, i) => {
    if (value instanceof Future) throw new UsageError('scatter takes local data, and this is a future already');
    const key = options.hash === false ? undefined : keyOf(value);
    const held = key === undefined ? undefined : session.heldTask(key);
    if (held !== undefined) return session.handles.later(held);
    const { frames, futures: inside } = encodeFrames(value, `data[${i}]`);
    if (inside.length > 0) {
      throw new UsageError(
        'scatter takes local data, and there is a future inside of this: submit a task that combines them',
      );
    }
    const piece = makePiece(session, value, frames, key);
    pieces.push(piece);
    return piece.future;
  });
  const { workers, broadcast } = options;
  const placement: Placement = {
    ...(workers !== undefined && { workers: typeof workers === 'string' ? [workers] : workers }),
    ...(broadcast !== undefined && { broadcast }),
  };
  // The scheduler's first answer comes when there is a worker for each piece.
  let hasPlaces = pieces.length === 0;
  const late = () => (hasPlaces ? 'the data was not on its workers' : 'there was no worker to take the data');
  const placed = () => {
    hasPlaces = true;
  };
  try {
    await withinLimits(options, late, async (call) => {
      if (pieces.length > 0) await placeAll(session, pieces, futures, { ...placement, ...call, placed });
      if (workers !== undefined || broadcast !== undefined) await spread(session, futures, placement, call);
    });
  } catch (error) {
    for (const future of futures) future.release();
    throw error;
  }
  return futures;
}

/** Sees to copies where they were asked for: what was held already, by this client or others, may be elsewhere. */
async function spread(
  session: Session,
  futures: readonly Future<unknown>[],
  { workers, broadcast = 1 }: Placement,
  call: { readonly signal?: AbortSignal },
): Promise<void> {
  const ids = [...new Set(futures.map((future) => session.handles.idOf(future)))];
  // Others may just be bringing it.
  await Promise.all(ids.map((id) => session.results.settled(id, call)));
  const n = broadcast === true ? {} : { n: Number(broadcast === false ? 1 : broadcast) };
  await session.call('replicate', { ids, ...n, ...(workers !== undefined && { workers }), keep: true }, call);
}

/** Places pieces, and those whose workers could not take them again, elsewhere; in `futures` the new ones stand for the old. */
async function placeAll(
  session: Session,
  pieces: readonly Piece[],
  futures: Future<unknown>[],
  placement: Placement,
): Promise<void> {
  const avoid = new Set<string>();
  let failures = await place(session, pieces, placement);
  for (let attempt = 1; failures.length > 0; attempt++) {
    const [{ error: why }] = failures as [Failure];
    if (attempt === UPLOAD_ATTEMPTS) throw why;
    for (const { addresses } of failures) for (const address of addresses) avoid.add(address);
    const again = failures.map(({ piece }) => replacePiece(session, piece, futures));
    // What is let go is said before what comes in its place.
    await Promise.resolve();
    try {
      failures = await place(session, again, { ...placement, avoid: [...avoid] });
    } catch (error) {
      throw error instanceof UnknownWorkerError ? why : error;
    }
  }
}

/** The same data under a new id, since what is said of the old one may still be on its way; through the scheduler if it isn't large. */
function replacePiece(session: Session, { item, frames, future, value }: Piece, futures: Future<unknown>[]): Piece {
  const positions = futures.flatMap((each, i) => (each.key === item.key ? [i] : []));
  const others = positions.map((i) => futures[i] as Future<unknown>);
  for (const other of others) other.release();
  future.release();
  const piece = makePiece(session, value, frames, item.key, MOST_INLINE_BYTES);
  positions.forEach((at, i) => (futures[at] = i === 0 ? piece.future : session.handles.later(piece.id)));
  return piece;
}

/** Scatters one value whose bytes are the session's own, in the background: a failure is the future's. */
export function scatterOne(session: Session, value: unknown, frames: ValueFrames): Future<unknown> {
  const piece = makePiece(session, value, frames, undefined);
  const placed = place(session, [piece], {}).then(([failure]) => {
    if (failure !== undefined) throw failure.error;
  });
  placed.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    session.table.fail(piece.id, State.cancelled, makeEnding('ERR_COVEY_DATA_LOST', reason, piece.item.key));
  });
  return piece.future;
}

function makePiece(
  session: Session,
  value: unknown,
  frames: ValueFrames,
  key: string | undefined,
  inlineBytes = INLINE_RESULT_BYTES,
): Piece {
  return critically(() => makePieceWhole(session, value, frames, key, inlineBytes));
}

function makePieceWhole(
  session: Session,
  value: unknown,
  frames: ValueFrames,
  key: string | undefined,
  inlineBytes: number,
): Piece {
  const type = typeNameOf(value);
  const id = session.table.allocate(1);
  const name = key ?? `${type}-${session.settings.keyPrefix}-${id}`;
  session.nameTask(id, name);
  const nbytes = frames.buffers.reduce((sum, buffer) => sum + buffer.byteLength, frames.header.byteLength);
  const inline = nbytes <= inlineBytes ? wholeOf(value, frames) : undefined;
  const item: ScatterItem = {
    id: id as ClientTaskId,
    key: name,
    nbytes,
    type,
    ...(inline !== undefined && { inline }),
  };
  return { value, future: session.handles.first(id), id, item, frames };
}

/** Answers which pieces no worker took, and why. @throws the signal's reason; what the scheduler answers */
async function place(
  session: Session,
  pieces: readonly Piece[],
  { signal, placed, ...where }: Placement,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const call = signal === undefined ? {} : { signal };
  const answers = await session.call('scatter', { items: pieces.map((piece) => piece.item), ...where }, call);
  placed?.();
  await Promise.all(
    pieces.map(async (piece, i) => {
      const { id, item, frames } = piece;
      const answer = answers[i];
      const addresses = answer?.addresses ?? [];
      const upload = (address: string) => session.link.workers.upload(address, answer?.taskId as TaskId, frames, call);
      const outcomes = await Promise.allSettled(addresses.map(upload));
      const [refused] = outcomes.filter((outcome) => outcome.status === 'rejected');
      // One copy is enough: it can be copied again from there.
      if (refused !== undefined && outcomes.every(({ status }) => status === 'rejected')) {
        signal?.throwIfAborted();
        session.checkOpen();
        failures.push({ piece, addresses, error: refused.reason });
        return;
      }
      if (session.table.state(id) === State.pending) {
        session.table.finish(
          id,
          item.type,
          item.inline === undefined ? new Elsewhere(item.nbytes) : session.results.received(item.nbytes, item.inline),
        );
      }
    }),
  );
  return failures;
}

/** One header that holds everything. */
function wholeOf(value: unknown, frames: ValueFrames): Uint8Array {
  return frames.buffers.length === 0 ? frames.header : encodeWhole(value).bytes;
}

function keyOf(value: unknown): string | undefined {
  const hash = hashValue(value);
  return hash === undefined ? undefined : `${typeNameOf(value)}-${hash}`;
}

/** What `future.type` says of a value. */
function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const { constructor } = value;
  return typeof constructor === 'function' && constructor.name !== ''
    ? cutText(constructor.name, MAX_NAME_LENGTH)
    : 'Object';
}
