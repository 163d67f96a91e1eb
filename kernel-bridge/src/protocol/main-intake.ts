/**
 * Takes what main says and what stands in the files of descriptors 1 and 2, each in its place: nothing that was written
 * overtakes what was written before it.
 *
 * Main tells with its own messages up to where the files were written. In between they are looked at, and then their length
 * is taken *before* what main has said is taken: whatever main said before somebody wrote is in the ring by then.
 */
import type { DescriptorReader } from '../channel/descriptor-reader.js';
import { readMessage } from '../channel/main-messages.js';
import type { FromMain } from '../channel/messages.js';
import type { RingReader } from '../channel/output-ring.js';

/** Bytes of main's that are taken at once: others have their turn between. */
const DRAINED_MAX = 64 * 1024;

export interface MainIntakeParts {
  readonly ring: RingReader;
  readonly descriptors: DescriptorReader;
  readonly onMessage: (message: FromMain) => void;
  /** Front ends have not taken yet what was sent to them. */
  readonly sockets: { readonly isBehind: boolean; flushed(): Promise<void> };
}

export class MainIntake {
  readonly #parts: MainIntakeParts;
  #isHeldUp = false;
  #isComing = false;

  constructor(parts: MainIntakeParts) {
    this.#parts = parts;
  }

  /** Main has said something. Never taken at once, in the port's own event, which goes through a thousand others first. */
  comeSoon(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    setImmediate(() => this.take());
  }

  /** Takes what main has said; if that is much, only a part of it now. */
  take(): void {
    this.#isComing = false;
    if (this.#isHeldUp) return;
    const { ring, sockets } = this.#parts;
    const hasMore = ring.drain((bytes) => this.#take(readMessage(bytes)), DRAINED_MAX);
    if (sockets.isBehind) {
      // A flood of messages: the ring fills up, and main waits.
      this.#isHeldUp = true;
      const goOn = (): void => {
        this.#isHeldUp = false;
        this.take();
      };
      // Sends that need not wait resolve without the event loop; it has its turn here, or nothing else ever would.
      void sockets.flushed().then(() => setImmediate(goOn));
    } else if (hasMore) this.comeSoon();
  }

  /** Looks for what was written of which main says nothing: by native code, and by children that still run. */
  look(): void {
    const { descriptors } = this.#parts;
    const written = descriptors.written();
    this.take();
    if (this.#isHeldUp || this.#isComing) return;
    descriptors.read(written);
    descriptors.tidy();
  }

  #take(message: FromMain): void {
    const { descriptors, onMessage } = this.#parts;
    if (message.type === 'executed' || message.type === 'descriptors') descriptors.read(message.written);
    // Nobody says anything after this.
    else if (message.type === 'exiting') descriptors.read();
    onMessage(message);
  }
}
