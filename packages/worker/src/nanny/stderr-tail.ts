/** The last lines that a process wrote: what a person looks for first when it died. */

export interface StderrTailOptions {
  /** Default 40. */
  readonly lines?: number;
  /** Characters kept of one line. Default 2000. */
  readonly lineLength?: number;
}

/** Keeps the end of a stream of text in bounded memory. */
export class StderrTail {
  readonly #limit: number;
  readonly #lineLength: number;
  readonly #decoder = new TextDecoder();
  readonly #lines: string[] = [];
  #open = '';

  constructor(options: StderrTailOptions = {}) {
    this.#limit = options.lines ?? 40;
    this.#lineLength = options.lineLength ?? 2000;
  }

  write(chunk: Uint8Array): void {
    const parts = (this.#open + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#open = this.#cut(parts.pop() ?? '');
    for (const line of parts.slice(-this.#limit)) this.#lines.push(this.#cut(line));
    if (this.#lines.length > this.#limit) this.#lines.splice(0, this.#lines.length - this.#limit);
  }

  toString(): string {
    return (this.#open === '' ? this.#lines : [...this.#lines, this.#open]).join('\n');
  }

  #cut(line: string): string {
    return line.length > this.#lineLength ? `${line.slice(0, this.#lineLength)}…` : line;
  }
}
