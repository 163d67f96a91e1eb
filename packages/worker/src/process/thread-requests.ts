/** Questions to compute threads outside the task system, and who waits for the answers: `run`, calls of actors. */
import { CoveyError, defineError, NotHereError } from '@covey/protocol';
import { deferred } from '@covey/protocol/internal';
import type { Deferred, ErrorReport, Opaque } from '@covey/protocol/internal';

/** User code that ran outside of a task failed; `data` is the report, as a task's would be. */
export class RemoteRunError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_REMOTE_RUN',
      name: 'RemoteRunError',
      summary: 'A function run on a worker outside the task system, or a method of an actor, threw an error.',
      remedy: 'Look at the report: it has the name, message and stack of what was thrown.',
    });
  }
}

interface Request {
  readonly thread: number;
  readonly answer: Deferred<Opaque>;
}

export class ThreadRequests {
  readonly #open = new Map<number, Request>();
  #lastId = 0;

  /** A new request's number, and its answer. */
  add(thread: number): { readonly id: number; readonly answer: Promise<Opaque> } {
    const id = ++this.#lastId;
    const answer = deferred<Opaque>();
    this.#open.set(id, { thread, answer });
    return { id, answer: answer.promise };
  }

  reply(id: number, value: Opaque): void {
    this.#take(id)?.answer.resolve(value);
  }

  replyError(id: number, report: ErrorReport): void {
    this.#take(id)?.answer.reject(new RemoteRunError(report.message, { data: report }));
  }

  threadEnded(thread: number): void {
    for (const [id, request] of this.#open) {
      if (request.thread === thread)
        this.#take(id)?.answer.reject(new NotHereError('the compute thread that was asked has ended'));
    }
  }

  #take(id: number): Request | undefined {
    const request = this.#open.get(id);
    this.#open.delete(id);
    return request;
  }
}
