/** What child processes write to standard error, line by line, with the level at which each was logged there. */
import { LOG_LEVELS } from '@covey/protocol';
import type { Logger, LogLevel } from '@covey/protocol';

/** Cuts a stream of bytes into lines. A line longer than `lineLength` is cut; what follows is a line of its own. */
export class LineReader {
  readonly #online: (line: string) => void;
  readonly #lineLength: number;
  readonly #decoder = new TextDecoder();
  #open = '';

  constructor(online: (line: string) => void, lineLength = 16_384) {
    this.#online = online;
    this.#lineLength = lineLength;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#open + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#open = lines.pop() ?? '';
    for (const line of lines) this.#online(line);
    while (this.#open.length > this.#lineLength) {
      this.#online(this.#open.slice(0, this.#lineLength));
      this.#open = this.#open.slice(this.#lineLength);
    }
  }

  end(): void {
    if (this.#open !== '') this.#online(this.#open);
    this.#open = '';
  }
}

/** The last lines of something, oldest first. */
export class LogTail {
  readonly #limit: number;
  readonly #lines: string[] = [];

  constructor(limit = 2000) {
    this.#limit = limit;
  }

  add(line: string): void {
    this.#lines.push(line);
    // Dropped by the hundred: shifting each time would move them all.
    if (this.#lines.length > this.#limit + 100) this.#lines.splice(0, this.#lines.length - this.#limit);
  }

  get lines(): readonly string[] {
    return this.#lines.slice(-this.#limit);
  }
}

const LOG_LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warn|error) +(.*)$/s;

/**
 * Hands a child's line on. A line of its logger keeps its level; anything else (what tasks write to `console.error`, the last
 * words of a crash) is there to be seen: a warning.
 */
export function relayLine(logger: Logger, line: string): void {
  const match = LOG_LINE.exec(line);
  const level = (match?.[1] ?? 'warn') as Exclude<LogLevel, 'silent'>;
  if (LOG_LEVELS.includes(level)) logger[level](match?.[2] ?? line);
}
