/**
 * A message of Jupyter's protocol, and what it looks like on the wire: identities, a delimiter, a signature, four
 * dictionaries, and buffers. Nothing here knows what messages mean.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const PROTOCOL_VERSION = '5.4';

export type Dictionary = Readonly<Record<string, unknown>>;

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

export interface Message {
  /** Who sent it: the ROUTER socket's prefix, to be put before what goes back. On iopub the topic. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** As it arrived, empty when there is no parent: parents are handed on, never read. */
  readonly parent: Header | Dictionary;
  readonly metadata: Dictionary;
  readonly content: Dictionary;
  readonly buffers: readonly Uint8Array[];
}

/** A message that is not what it must be; nobody is told, since nobody knows who sent it. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

const delimiter = Buffer.from('<IDS|MSG>');

/** Signs, verifies, and turns messages into frames and back. */
export class Wire {
  readonly #key: string;

  /** @param key of the connection file; empty means no signatures. */
  constructor(key: string) {
    this.#key = key;
  }

  encode(message: Message): Uint8Array[] {
    const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    );
    return [
      ...message.identities,
      delimiter,
      Buffer.from(this.#sign(parts)),
      ...parts,
      ...message.buffers,
    ] as Uint8Array[];
  }

  /** @throws {MalformedMessageError} when the signature or the form is wrong. */
  decode(frames: readonly Uint8Array[]): Message {
    const at = frames.findIndex((frame) => delimiter.equals(frame));
    if (at < 0) throw new MalformedMessageError('it has no delimiter');
    const [signature, ...rest] = frames.slice(at + 1);
    const parts = rest.slice(0, 4);
    if (signature === undefined || parts.length < 4) throw new MalformedMessageError('it has too few parts');
    const expected = Buffer.from(this.#sign(parts));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new MalformedMessageError('its signature is wrong');
    }
    const [header, parent, metadata, content] = parts.map(dictionaryOf);
    return {
      identities: frames.slice(0, at),
      header: headerOf(header ?? {}),
      parent: parent ?? {},
      metadata: metadata ?? {},
      content: content ?? {},
      buffers: rest.slice(4),
    };
  }

  #sign(parts: readonly Uint8Array[]): string {
    if (this.#key === '') return '';
    const hmac = createHmac('sha256', this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }
}

function dictionaryOf(part: Uint8Array): Dictionary {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('utf8'));
  } catch (error) {
    throw new MalformedMessageError('a part of it is not JSON', { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedMessageError('a part of it is not a dictionary');
  }
  return value as Dictionary;
}

function headerOf(fields: Dictionary): Header {
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  if (text('msg_type') === '' || text('msg_id') === '')
    throw new MalformedMessageError('its header names no type or id');
  return { ...fields, msg_id: text('msg_id'), msg_type: text('msg_type') } as Header;
}
