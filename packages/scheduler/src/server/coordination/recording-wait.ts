/** A caller for tests: it remembers how it was answered. */
import type { ClientId } from '@covey/protocol/internal';
import type { Wait } from './wait.js';

export class RecordingWait<Answer> implements Wait<Answer> {
  readonly client: ClientId;
  answer: Answer | Error | undefined;

  constructor(client = 1) {
    this.client = client as ClientId;
  }

  settle(answer: Answer): void {
    this.#set(answer);
  }

  fail(error: Error): void {
    this.#set(error);
  }

  #set(answer: Answer | Error): void {
    if (this.answer !== undefined) throw new Error('a wait was answered twice');
    this.answer = answer;
  }
}
