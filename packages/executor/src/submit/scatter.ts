/**
 * Local data to workers. The scheduler says where each piece goes; small ones travel through it, others directly to the workers.
 */
import type { ClientTaskId, ScatterItem, TaskId, ValueFrames } from '@covey/protocol/internal';
import { INLINE_RESULT_BYTES } from '@covey/protocol/internal';
import { Future } from '../future.js';

import { Elsewhere } from '../session/result-reader.js';
import type { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import { UsageError } from '../errors.js';
import { encodeFrames, encodeWhole, hashValue } from '../values/codec.js';
import { makeEnding } from '../values/failures.js';

/** Where scattered data goes. */
export interface ScatterOptions {
  /** Addresses, names or hosts of workers. Default: spread over all by their threads. */
  readonly workers?: string | readonly string[];
  /** Copies of each piece: true for one on every worker, or a number. Default 1. */
  readonly broadcast?: boolean | number;
  /** Key by content, so that equal data is sent once. Default true; false spares hashing large data. */
  readonly hash?: boolean;
  /** Takes arrays and objects as one piece instead of piece by piece. Default false. */
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
}

/** A value that is about to be scattered. */
interface Piece {
  readonly future: Future<unknown>;
  readonly id: number;
  readonly item: ScatterItem;
  readonly frames: ValueFrames;
}

/** What scattering needs beside the values. */
interface Placement {
  readonly workers?: readonly string[];
  readonly broadcast?: boolean | number;
  readonly signal?: AbortSignal;
}

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
  const { workers, broadcast, signal } = options;
  const placement: Placement = {
    ...(workers !== undefined && { workers: typeof workers === 'string' ? [workers] : workers }),
    ...(broadcast !== undefined && { broadcast }),
    ...(signal !== undefined && { signal }),
  };
  try {
    if (pieces.length > 0) await place(session, pieces, placement);
  } catch (error) {
    for (const future of futures) future.release();
    throw error;
  }
  return futures;
}

/** Scatters one value whose bytes are the session's own, in the background: a failure is the future's. */
export function scatterOne(session: Session, value: unknown, frames: ValueFrames): Future<unknown> {
  const piece = makePiece(session, value, frames, undefined);
  place(session, [piece], {}).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    session.table.fail(piece.id, State.cancelled, makeEnding('ERR_COVEY_DATA_LOST', reason, piece.item.key));
  });
  return piece.future;
}

function makePiece(session: Session, value: unknown, frames: ValueFrames, key: string | undefined): Piece {
  const type = typeNameOf(value);
  const id = session.table.allocate(1);
  const name = key ?? `${type}-${session.settings.keyPrefix}-${id}`;
  session.nameTask(id, name);
  const nbytes = frames.buffers.reduce((sum, buffer) => sum + buffer.byteLength, frames.header.byteLength);
  const inline = nbytes <= INLINE_RESULT_BYTES ? wholeOf(value, frames) : undefined;
  const item: ScatterItem = {
    id: id as ClientTaskId,
    key: name,
    nbytes,
    type,
    ...(inline !== undefined && { inline }),
  };
  return { future: session.handles.first(id), id, item, frames };
}

async function place(session: Session, pieces: readonly Piece[], { signal, ...where }: Placement): Promise<void> {
  const call = signal === undefined ? {} : { signal };
  const answers = await session.call('scatter', { items: pieces.map((piece) => piece.item), ...where }, call);
  await Promise.all(
    pieces.map(async ({ id, item, frames }, i) => {
      const answer = answers[i];
      const addresses = answer?.addresses ?? [];
      const upload = (address: string) => session.link.workers.upload(address, answer?.taskId as TaskId, frames, call);
      await Promise.all(addresses.map(upload));
      if (session.table.state(id) === State.pending) {
        session.table.finish(
          id,
          item.type,
          item.inline === undefined ? new Elsewhere(item.nbytes) : session.results.received(item.nbytes, item.inline),
        );
      }
    }),
  );
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
export function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const { constructor } = value;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'Object';
}
