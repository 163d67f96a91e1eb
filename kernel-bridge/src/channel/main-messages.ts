/**
 * The messages of main as bytes in the output ring: streams as plain text behind a short prefix, since they are the many;
 * everything else as JSON, with buffers behind it.
 */
import type { FromMain } from './messages.js';
import type { RingWriter } from './output-ring.js';

const STDOUT = 'o';
const STDERR = 'e';
const JSON_ONLY = 'j';
const WITH_BUFFERS = 'b';

export function writeMessage(ring: RingWriter, message: FromMain): void {
  if (message.type === 'stream') {
    ring.write(`${message.name === 'stdout' ? STDOUT : STDERR}${message.id}:${message.text}`);
    return;
  }
  const buffers = message.type === 'publish' ? (message.buffers ?? []) : [];
  if (buffers.length === 0) {
    ring.write(`${JSON_ONLY}${JSON.stringify(message)}`);
    return;
  }
  const lengths = buffers.map(({ byteLength }) => byteLength);
  const header = Buffer.from(JSON.stringify({ message: { ...message, buffers: undefined }, lengths }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  ring.write(WITH_BUFFERS, size, header, ...buffers);
}

export function readMessage(bytes: Buffer): FromMain {
  const kind = String.fromCharCode(bytes[0] ?? 0);
  switch (kind) {
    case STDOUT:
    case STDERR: {
      const colon = bytes.indexOf(':');
      const id = Number(bytes.toString('latin1', 1, colon));
      return {
        type: 'stream',
        id,
        name: kind === STDOUT ? 'stdout' : 'stderr',
        text: bytes.toString('utf8', colon + 1),
      };
    }
    case JSON_ONLY:
      return JSON.parse(bytes.toString('utf8', 1)) as FromMain;
    case WITH_BUFFERS: {
      const end = 5 + bytes.readUInt32LE(1);
      const { message, lengths } = JSON.parse(bytes.toString('utf8', 5, end)) as {
        message: FromMain;
        lengths: number[];
      };
      let at = end;
      const buffers = lengths.map((length) => bytes.subarray(at, (at += length)));
      return { ...message, buffers } as FromMain;
    }
    default:
      throw new Error(`The output ring holds a message of the unknown kind ${JSON.stringify(kind)}`);
  }
}
