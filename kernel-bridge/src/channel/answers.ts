/**
 * Answers for code that stands still until it has one (`prompt()`): they come by a port of their own, which can be read
 * without the event loop, and a word of shared memory tells when to look.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Flags } from './flags.js';

interface Answer {
  readonly number: number;
  readonly value: string;
}

export class AnswerReceiver {
  readonly #port: MessagePort;
  readonly #flags: Flags;

  constructor(port: MessagePort, flags: Flags) {
    this.#port = port;
    this.#flags = flags;
  }

  /** Blocks the thread until the question of this number is answered; answers to older ones are dropped. */
  wait(number: number): string {
    for (;;) {
      const seen = this.#flags.answers;
      for (;;) {
        const received = receiveMessageOnPort(this.#port) as { message: Answer } | undefined;
        if (received === undefined) break;
        if (received.message.number === number) return received.message.value;
      }
      this.#flags.waitForAnswer(seen);
    }
  }
}

export function sendAnswer(port: MessagePort, flags: Flags, answer: Answer): void {
  port.postMessage(answer);
  flags.tellAnswer();
}
