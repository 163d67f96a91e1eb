/** Requests that the main thread answers, where the notebook's variables are: as soon as its cell lets it. */
import { deferred } from '@covey/protocol/internal';
import type { Deferred } from '@covey/protocol/internal';
import { NOTEBOOK_METHODS } from './thread-messages.js';
import type { NotebookAnswer, NotebookMethod, NotebookRequest } from './thread-messages.js';

export class NotebookRequests {
  readonly #send: (request: NotebookRequest) => void;
  readonly #waiting = new Map<number, Deferred<unknown>>();
  #count = 0;

  constructor(send: (request: NotebookRequest) => void) {
    this.#send = send;
  }

  static takes(method: string): method is NotebookMethod {
    return (NOTEBOOK_METHODS as readonly string[]).includes(method);
  }

  ask(method: NotebookMethod, params: unknown): Promise<unknown> {
    const id = ++this.#count;
    const answered = deferred<unknown>();
    this.#waiting.set(id, answered);
    this.#send({ type: 'notebook-request', id, method, params });
    return answered.promise;
  }

  settle(answer: NotebookAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.type === 'notebook-answer') waiting?.resolve(answer.result);
    else waiting?.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
  }
}
