/**
 * Values that pass through the scheduler from client to client. Futures in them travel by key; while they are on their way the
 * scheduler holds their tasks, until the receiver has made them its own and says so.
 */
import type { ClientTaskId } from '@covey/protocol/internal';
import type { Session } from '../session/session.js';
import { decodeFrames, encodeWhole } from '../values/codec.js';

/** What queues and variables answer. */
export interface Taken {
  readonly items: readonly { readonly value: Uint8Array; readonly keys: readonly string[] }[];
  /** To be confirmed when items have keys; else 0. */
  readonly handover: number;
}

/** The form in which a value is given to the scheduler. */
export function packValue(
  session: Session,
  value: unknown,
  name: string,
): { readonly value: Uint8Array; readonly ids?: readonly ClientTaskId[] } {
  const { bytes, futures } = encodeWhole(value, name);
  if (futures.length === 0) return { value: bytes };
  return { value: bytes, ids: futures.map((future) => session.handles.idOf(future)) };
}

/** The values that were taken, with futures of one's own. */
export async function unpackTaken(
  session: Session,
  { items, handover }: Taken,
  confirm: (handover: number) => Promise<unknown>,
): Promise<unknown[]> {
  const keys = items.flatMap((item) => item.keys);
  const futures = session.adopt(keys);
  // In the same batch as the adoption and after it: from here on this session holds the tasks.
  const confirmed = handover === 0 ? undefined : confirm(handover);
  let next = 0;
  const values = items.map((item) => {
    const own = futures.slice(next, (next += item.keys.length));
    return decodeFrames({ header: item.value, buffers: [] }, own);
  });
  await confirmed;
  return Promise.all(values);
}
