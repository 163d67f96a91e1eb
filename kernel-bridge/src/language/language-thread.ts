/**
 * Starts the language thread when the kernel has had time for more urgent things, and keeps what is said to it until then.
 * Without it the kernel goes on with what the live values tell. A manager kernel, in which nobody is expected to write
 * code, starts it when somebody does all the same: it is by far the largest part of the kernel.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromLanguage, ToLanguage } from './messages.js';

const START_AFTER_MS = 1500;

export class LanguageThread {
  readonly #onMessage: (message: FromLanguage) => void;
  readonly #log: (line: string) => void;
  readonly #onGone: () => void;
  readonly #waiting: ToLanguage[] = [];
  #worker: Worker | undefined;
  #starting: NodeJS.Timeout | undefined;
  #isWaitingToBeAsked = false;
  #isGone = false;

  constructor(onMessage: (message: FromLanguage) => void, log: (line: string) => void, onGone: () => void) {
    this.#onMessage = onMessage;
    this.#log = log;
    this.#onGone = onGone;
  }

  startLater(): void {
    this.#starting = setTimeout(() => this.#start(), START_AFTER_MS).unref();
  }

  /** Not before a cell is run or something is asked; a thread that runs already ends. */
  startWhenAsked(): void {
    clearTimeout(this.#starting);
    this.#isWaitingToBeAsked = true;
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  send(message: ToLanguage): void {
    if (this.#isGone) return;
    if (this.#isWaitingToBeAsked) {
      this.#isWaitingToBeAsked = false;
      this.startLater();
    }
    if (this.#worker !== undefined) this.#worker.postMessage(message);
    // Questions from before its start are answered by then.
    else if (message.type !== 'complete' && message.type !== 'inspect') this.#waiting.push(message);
  }

  #start(): void {
    const worker = new Worker(join(import.meta.dirname, 'language.cjs'));
    this.#worker = worker;
    for (const message of this.#waiting.splice(0)) worker.postMessage(message);
    worker.on('message', this.#onMessage);
    worker.on('error', (error) => {
      this.#log(`completion by types ended: ${error.message}`);
      this.#onGone();
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#isGone = true;
    });
    worker.unref();
  }
}
