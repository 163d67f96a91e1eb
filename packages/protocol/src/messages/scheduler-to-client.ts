/** What the scheduler tells a client about its tasks. The only file that knows the layout of this direction. */
import { ProtocolError } from '../errors.js';
import { FIRST_OP } from './ops.js';
import type { ClientTaskId } from './ids.js';
import type { ErrorReport, Opaque } from './values.js';

const Op = {
  done: FIRST_OP,
  erred: FIRST_OP + 1,
  cancelled: FIRST_OP + 2,
  pending: FIRST_OP + 3,
  event: FIRST_OP + 4,
} as const;

/** What a client does with each message of the scheduler. Only tasks that the client holds are spoken of. */
export interface TaskNewsHandler {
  /** The task has a result of `nbytes`, of the type named `type` ('number', 'Float64Array', a class). Small results come along. */
  done(id: ClientTaskId, nbytes: number, type: string, inline: Opaque | null): void;
  erred(id: ClientTaskId, error: ErrorReport): void;
  /** It will not run any more: cancelled by somebody, or what it needs is lost for good. `code` names the error's class. */
  cancelled(id: ClientTaskId, code: string, reason: string): void;
  /** Its result was lost, or a retry was asked for: it is being computed (again). */
  pending(id: ClientTaskId): void;
  /** A line printed in a task, a log record, a topic's event. */
  event(topic: string, payload: unknown): void;
}

/** Appends messages to an outgoing batch. */
export const taskNews = {
  done(out: unknown[], id: ClientTaskId, nbytes: number, type: string, inline: Opaque | null): void {
    out.push(Op.done, id, nbytes, type, inline);
  },
  erred(out: unknown[], id: ClientTaskId, error: ErrorReport): void {
    out.push(Op.erred, id, error);
  },
  cancelled(out: unknown[], id: ClientTaskId, code: string, reason: string): void {
    out.push(Op.cancelled, id, code, reason);
  },
  pending(out: unknown[], id: ClientTaskId): void {
    out.push(Op.pending, id);
  },
  event(out: unknown[], topic: string, payload: unknown): void {
    out.push(Op.event, topic, payload);
  },
};

/** Reads a batch from the scheduler. @throws ProtocolError for an op that does not exist. */
export function dispatchTaskNews(batch: readonly unknown[], handler: TaskNewsHandler): void {
  let at = 0;
  while (at < batch.length) {
    const op = batch[at++];
    switch (op) {
      case Op.done:
        handler.done(
          batch[at] as ClientTaskId,
          batch[at + 1] as number,
          batch[at + 2] as string,
          batch[at + 3] as Opaque | null,
        );
        at += 4;
        break;
      case Op.erred:
        handler.erred(batch[at] as ClientTaskId, batch[at + 1] as ErrorReport);
        at += 2;
        break;
      case Op.cancelled:
        handler.cancelled(batch[at] as ClientTaskId, batch[at + 1] as string, batch[at + 2] as string);
        at += 3;
        break;
      case Op.pending:
        handler.pending(batch[at++] as ClientTaskId);
        break;
      case Op.event:
        handler.event(batch[at] as string, batch[at + 1]);
        at += 2;
        break;
      default:
        throw new ProtocolError(`A batch of task news has the unknown op ${String(op)} at ${at - 1}`);
    }
  }
}
