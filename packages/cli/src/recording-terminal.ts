/** A terminal for tests: it remembers what was written, and is interrupted when the test says so. */
import type { InterruptSignal, Terminal } from './terminal.js';

export class RecordingTerminal implements Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly #out: string[] = [];
  readonly #err: string[] = [];
  readonly #listeners = new Set<(signal: InterruptSignal) => void>();

  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.environment = environment;
  }

  get output(): string {
    return this.#out.join('\n');
  }

  get errors(): string {
    return this.#err.join('\n');
  }

  out(text: string): void {
    this.#out.push(text);
  }

  err(text: string): void {
    this.#err.push(text);
  }

  onInterrupt(listener: (signal: InterruptSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  interrupt(signal: InterruptSignal): void {
    for (const listener of [...this.#listeners]) listener(signal);
  }
}
