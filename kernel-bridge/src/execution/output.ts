/**
 * What the main thread says to the front end, always on behalf of a cell: the one that runs, or the last one that did.
 */
import { writeMessage } from '../channel/main-messages.js';
import type { FromMain, PublishedType, RequestId } from '../channel/messages.js';
import type { RingWriter } from '../channel/output-ring.js';

export class Output {
  readonly #ring: RingWriter;
  /** The request that output belongs to. */
  cell: RequestId = 0;

  constructor(ring: RingWriter) {
    this.#ring = ring;
  }

  say(message: FromMain): void {
    writeMessage(this.#ring, message);
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    if (text !== '') this.say({ type: 'stream', id: this.cell, name, text });
  }

  /** Says something on behalf of another cell. */
  under<T>(cell: RequestId, say: () => T): T {
    const before = this.cell;
    this.cell = cell;
    try {
      return say();
    } finally {
      this.cell = before;
    }
  }

  publish(
    kind: PublishedType,
    content: Readonly<Record<string, unknown>>,
    extra: { metadata?: Readonly<Record<string, unknown>>; buffers?: readonly Uint8Array[] } = {},
  ): void {
    this.say({ type: 'publish', id: this.cell, kind, content, ...extra });
  }
}
