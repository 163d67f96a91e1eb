/** The fixed header of a channel's frames: kind, sequence number, acknowledgement. Numbers count modulo 2^32. */

/** What a frame carries. */
export const FRAME = {
  /** A batch of messages: one flat array. Sequenced. */
  batch: 0,
  /** Calls, replies and cancellations: one flat array. Sequenced. */
  calls: 1,
  /** The end of the session, with a reason. Sequenced. */
  bye: 2,
  /** Only an acknowledgement. */
  acknowledgement: 3,
  /** Asks for an acknowledgement, to see whether the peer lives. */
  ping: 4,
  /** Beginning and resuming a session: one map. */
  control: 5,
} as const;

export const HEADER_BYTES = 9;
/** Kinds up to this one have a sequence number. */
export const LAST_SEQUENCED = FRAME.bye;

/** Writes the header into the free first bytes of a frame. */
export function writeHeader(frame: Uint8Array, kind: number, sequence: number, acknowledged: number): void {
  frame[0] = kind;
  writeUint32(frame, 1, sequence);
  writeUint32(frame, 5, acknowledged);
}

/** Writes a newer acknowledgement into a frame that is sent again. */
export function writeAcknowledged(frame: Uint8Array, acknowledged: number): void {
  writeUint32(frame, 5, acknowledged);
}

/** A frame of a header only. */
export function bareFrame(kind: number, acknowledged: number): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES);
  writeHeader(frame, kind, 0, acknowledged);
  return frame;
}

export function readSequence(frame: Uint8Array): number {
  return readUint32(frame, 1);
}

export function readAcknowledged(frame: Uint8Array): number {
  return readUint32(frame, 5);
}

/** How far `left` is ahead of `right`, for numbers that wrap around. */
export function ahead(left: number, right: number): number {
  return (left - right) | 0;
}

/** The number after `sequence`. */
export function following(sequence: number): number {
  return (sequence + 1) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
