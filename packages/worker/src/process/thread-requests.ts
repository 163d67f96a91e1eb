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
  thread: number;
  readonly answer: Deferred<Opaque>;
  /** Asks another thread, when the one that was asked ended before it began. */
  readonly again: (() => void) | undefined;
}

export class ThreadRequests {
  readonly #open = new Map<number, Request>();
  #lastId = 0;

  /** A new request's number, and its answer. Numbers count upwards, and each thread begins its requests in their order. */
  add(thread: number, again?: (id: number) => void): { readonly id: number; readonly answer: Promise<Opaque> } {
    const id = ++this.#lastId;
    const answer = deferred<Opaque>();
    this.#open.set(id, { thread, answer, again: again && (() => again(id)) });
    return { id, answer: answer.promise };
  }

  /** Another thread has the request now. */
  move(id: number, thread: number): void {
    const request = this.#open.get(id);
    if (request !== undefined) request.thread = thread;
  }

  reply(id: number, value: Opaque): void {
    this.#take(id)?.answer.resolve(value);
  }

  replyError(id: number, report: ErrorReport): void {
    this.#take(id)?.answer.reject(new RemoteRunError(report.message, { data: report }));
  }

  /** A thread is no more; `begun` is the last request that it began. What it had not begun is asked again where it may be. */
  threadEnded(thread: number, begun: number): void {
    for (const [id, request] of [...this.#open]) {
      if (request.thread !== thread) continue;
      if (request.again !== undefined && id > begun) request.again();
      else this.#take(id)?.answer.reject(new NotHereError('the compute thread that was asked has ended'));
    }
  }

  #take(id: number): Request | undefined {
    const request = this.#open.get(id);
    this.#open.delete(id);
    return request;
  }
}
