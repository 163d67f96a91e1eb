/** What tasks print, and warnings about them, as a client hears of it. */
import type { Session } from '../session/session.js';

/** Something that a task of this executor printed, or a warning about it. */
export type TaskOutputEvent = TaskPrint | TaskWarning;

interface FromTask {
  readonly key: string;
  /** Where the task was submitted, as the program's host marks it (a notebook's kernel: the cell); undefined when it doesn't. */
  readonly origin?: unknown;
  /** Name of the worker. */
  readonly worker: string;
  /** On the worker's clock, milliseconds since the Unix epoch. */
  readonly timeMs: number;
}

/** Text that a task wrote: usually whole lines, though not always. */
export interface TaskPrint extends FromTask {
  readonly type: 'print';
  /** 0 for a call of an actor's method. */
  readonly attempt: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** An error that no result tells of, such as an unhandled rejection after the task's end. */
export interface TaskWarning extends FromTask {
  readonly type: 'warning';
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** See `ConnectOptions.output`. */
export type TaskOutputHandling = 'forward' | 'ignore' | ((event: TaskOutputEvent) => void);

/** Has `hear` told of what the scheduler passes on; what isn't as it should be is passed over. */
export function hearTaskOutput(session: Session, hear: (event: TaskOutputEvent) => void): void {
  const { origins } = session;
  const tell = (event: TaskOutputEvent | undefined) => {
    if (event === undefined) return;
    try {
      hear(origins === undefined ? event : { ...event, origin: origins.of(event.key) });
    } catch (error) {
      // The caller's own code: its mistake must not end the session.
      session.settings.logger.error('the function that takes the output of tasks failed', { error });
    }
  };
  session.listen('task-print', (payload) => tell(readPrint(payload)));
  session.listen('task-warning', (payload) => tell(readWarning(payload)));
}

function readPrint(payload: unknown): TaskPrint | undefined {
  const { attempt, stream, text, ...more } = (payload ?? {}) as Record<string, unknown>;
  const from = readFrom(more);
  if (from === undefined || typeof text !== 'string') return undefined;
  return {
    type: 'print',
    ...from,
    attempt: typeof attempt === 'number' ? attempt : 0,
    stream: stream === 2 ? 'stderr' : 'stdout',
    text,
  };
}

function readWarning(payload: unknown): TaskWarning | undefined {
  const { name, message, stack, ...more } = (payload ?? {}) as Record<string, unknown>;
  const from = readFrom(more);
  if (from === undefined || typeof message !== 'string') return undefined;
  return {
    type: 'warning',
    ...from,
    name: typeof name === 'string' ? name : 'Error',
    message,
    stack: typeof stack === 'string' ? stack : undefined,
  };
}

function readFrom({ key, worker, timeMs }: Record<string, unknown>): FromTask | undefined {
  if (typeof key !== 'string' || typeof worker !== 'string' || typeof timeMs !== 'number') return undefined;
  return { key, worker, timeMs };
}
