/** The scheduler as a child of this process: started, waited for until it listens, ended. */
import type { ConnectTls, Logger, Secret } from '@covey/protocol';
import { deferred, fromErrorRecord, listenTlsOf } from '@covey/protocol/internal';
import type { FromScheduler, ToScheduler } from '@covey/scheduler/internal';
import { ClusterStartError } from '../errors.js';
import { bundledEntry } from '../host/bundled-entry.js';
import { describeEnd, EntryProcess } from './entry-process.js';
import type { ProcessEnd } from './entry-process.js';
import { relayLine } from './stderr-lines.js';

export interface SchedulerProcessOptions {
  readonly clusterName: string;
  readonly secret: Secret;
  /** Where to listen; the first address is the one that clients are told. */
  readonly listen: readonly string[];
  /** For `wss` addresses. */
  readonly tls?: ConnectTls;
  readonly busyPoll: number;
  readonly idleTimeoutMs?: number;
  readonly clientGraceMs?: number;
  readonly logger: Logger;
}

export class SchedulerProcess {
  readonly process: EntryProcess;
  readonly #ready = deferred<readonly string[]>();
  /** Why it ends, when it said so. */
  #closing: string | undefined;

  constructor(options: SchedulerProcessOptions) {
    const { clusterName, secret, listen, busyPoll, tls, idleTimeoutMs, clientGraceMs, logger } = options;
    this.#ready.promise.catch(() => undefined); // Whoever waits for it is told; nobody may be waiting any more.
    this.process = new EntryProcess({
      role: 'scheduler',
      entry: bundledEntry('scheduler'),
      online: (line) => relayLine(logger, line),
      onmessage: (message) => this.#hear(message as FromScheduler),
    });
    void this.process.ended.then((end) => this.#ready.reject(startError('scheduler', end, this.process.log.lines)));
    const start: ToScheduler = {
      type: 'start',
      secret: secret.reveal(),
      listen,
      clusterName,
      busyPoll,
      ...(tls !== undefined && { tls: listenTlsOf(tls) }),
      ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
      ...(clientGraceMs !== undefined && { timings: { clientGraceMs } }),
    };
    this.process.send(start);
  }

  /**
   * The addresses that clients should dial, once it listens.
   * @throws its own error (`ListenError` when an address is taken); {@link ClusterStartError} when it ends without a word.
   */
  get ready(): Promise<readonly string[]> {
    return this.#ready.promise;
  }

  /** Why it ended, when that was its own decision (idle, or a client asked); undefined when it died. */
  get closingReason(): string | undefined {
    return this.#closing;
  }

  /** Asks it to end, and ends it by force after `graceMs`. */
  close(graceMs: number): Promise<ProcessEnd> {
    const close: ToScheduler = { type: 'close' };
    this.process.send(close);
    return this.process.endWithin(graceMs);
  }

  #hear(message: FromScheduler): void {
    switch (message.type) {
      case 'ready':
        this.#ready.resolve(message.addresses);
        break;
      case 'failed':
        this.#ready.reject(
          message.code === undefined
            ? new ClusterStartError(`the scheduler could not start: ${message.message}`)
            : fromErrorRecord([message.code, 'Error', message.message, null]),
        );
        break;
      case 'closing':
        this.#closing = message.reason;
        break;
    }
  }
}

/** The error of a process that ended while it was started, with its last words. */
export function startError(role: string, end: ProcessEnd, lines: readonly string[]): ClusterStartError {
  const words = lines.slice(-20).join('\n');
  return new ClusterStartError(
    `the ${role} ${describeEnd(end)} as it started${words === '' ? '' : `; it wrote:\n${words}`}`,
  );
}
