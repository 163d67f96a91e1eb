/**
 * What the main thread says to the front end, always on behalf of a cell: the one to which the code belongs that speaks,
 * else the one that runs, or the last one that did.
 */
import { writeMessage } from '../channel/main-messages.js';
import type { FromMain, PublishedType, RequestId } from '../channel/messages.js';
import type { RingWriter } from '../channel/output-ring.js';
import type { CellContext } from './cell-context.js';
import type { OriginalBuiltins } from './original-builtins.js';
import { inUsersWords } from './users-words.js';

export class Output {
  readonly #ring: RingWriter;
  readonly #builtins: OriginalBuiltins;
  #context: CellContext | undefined;
  #latest: RequestId = 0;
  #listener: ((message: FromMain) => void) | undefined;

  constructor(ring: RingWriter, builtins: OriginalBuiltins) {
    this.#ring = ring;
    this.#builtins = builtins;
  }

  /** From now on it is known where callbacks belong. */
  follow(context: CellContext): void {
    this.#context = context;
  }

  /** Has `listener` hear of all that is said from now on. */
  hear(listener: (message: FromMain) => void): void {
    this.#listener = listener;
  }

  /** The request that output belongs to. */
  get cell(): RequestId {
    return this.#context?.current ?? this.#latest;
  }

  /** The same, if what runs now says so: a timer's callback, a listener. */
  get knownCell(): RequestId | undefined {
    return this.#context?.current;
  }

  /** The cell that runs, or the last one that did, whatever speaks. */
  get latest(): RequestId {
    return this.#latest;
  }

  /** Runs a cell's code. What callbacks print of which nothing is known never goes to a silent one. */
  begin(cell: RequestId, isSilent: boolean, code: () => void): void {
    if (!isSilent) this.#latest = cell;
    this.#context?.reset();
    this.under(cell, code);
  }

  /** Does something on behalf of another cell. */
  under<T>(cell: RequestId, say: () => T): T {
    return this.#context === undefined ? say() : this.#context.run(cell, say);
  }

  say(message: FromMain): void {
    this.#own(() => {
      writeMessage(this.#ring, message);
      this.#listener?.(message);
    });
  }

  /** What user code prints. */
  print(name: 'stdout' | 'stderr', text: string): void {
    this.#own(() => this.stream(name, inUsersWords(text)));
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    if (text !== '') this.say({ type: 'stream', id: this.cell, name, text });
  }

  publish(
    kind: PublishedType,
    content: Readonly<Record<string, unknown>>,
    extra: { metadata?: Readonly<Record<string, unknown>>; buffers?: readonly Uint8Array[] } = {},
  ): void {
    this.say({ type: 'publish', id: this.cell, kind, content, ...extra });
  }

  /** To look at all built-ins costs more than a line of output, so that is done only when there is a reason. */
  #own(work: () => void): void {
    if (this.#builtins.isChanged) this.#builtins.with(work);
    else work();
  }
}
