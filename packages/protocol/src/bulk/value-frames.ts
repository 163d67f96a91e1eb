/** What bulk connections move, and what must be given to them on the holder's side. */

/** A value as it is stored and sent: a small header, and its large buffers beside it. */
export interface ValueFrames {
  readonly header: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** Who is at the other end of a bulk request. */
export interface BulkContext {
  readonly role: string;
  readonly remoteAddress: string;
  readonly local: boolean;
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal;
}

/** The holder's side: where values come from and go to. */
export interface BulkSource {
  /**
   * The values of these ids, in order; undefined for what is not here. The bytes must not change until {@link release}. An error that it throws travels to
   * the fetcher.
   */
  get(
    ids: readonly number[],
    context: BulkContext,
  ): readonly (ValueFrames | undefined)[] | Promise<readonly (ValueFrames | undefined)[]>;
  /** Called once after each {@link get} that gave values, when their bytes have left this process or the connection has ended. */
  release?(ids: readonly number[], context: BulkContext): void;
  /** Takes an uploaded value. Without it uploads are refused. The uploader hears when it has resolved. */
  put?(id: number, value: ValueFrames, context: BulkContext): void | Promise<void>;
  /** Memory for a buffer of an upload, e.g. shared; may throw to refuse it. Default: an `ArrayBuffer` of its own. */
  allocate?(bytes: number, context: BulkContext): Uint8Array;
}

/** Bytes of a value, header and buffers. */
export function valueBytes(value: ValueFrames): number {
  let bytes = value.header.length;
  for (const buffer of value.buffers) bytes += buffer.length;
  return bytes;
}
