/**
 * The nanny of a cluster on this host as a child of this process, over its lives: when it dies, its workers die with it, and
 * another starts with the same ones.
 */
import type { ConnectTls, Logger, Secret } from '@covey/protocol';
import { backoffMs } from '@covey/protocol/internal';
import type { FromNanny, NannyConfig, NannyEvent, ToNanny, WorkerLaunch } from '@covey/worker/internal';
import { bundledEntry } from '../host/bundled-entry.js';
import { describeEnd, EntryProcess } from './entry-process.js';
import { relayLine } from './stderr-lines.js';

export interface NannySupervisorOptions {
  readonly secret: Secret;
  readonly tls?: ConnectTls;
  /** Where the scheduler is; left out when it isn't known yet: then {@link NannySupervisor.tellScheduler} follows. */
  readonly scheduler?: string;
  readonly workers: readonly WorkerLaunch[];
  readonly command?: NannyConfig['command'];
  readonly logger: Logger;
  onevent(event: NannyEvent): void;
  /** It is over for good, and its workers with it: it was asked to end by the scheduler, or (`failed`) can't do its work. */
  onover(reason: string, failed: boolean): void;
}

/** So many deaths in a row, each sooner than a minute after the start, are no accidents. */
const MOST_DEATHS = 5;
const LONG_LIFE_MS = 60_000;

export class NannySupervisor {
  readonly #options: NannySupervisorOptions;
  readonly #workers = new Map<string, WorkerLaunch>();
  /** Asked to end, and not gone yet. */
  readonly #removing = new Set<string>();
  #scheduler: string | undefined;
  #process: EntryProcess;
  #failure: string | undefined;
  #deaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #closing = false;
  #kept = true;

  constructor(options: NannySupervisorOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler;
    for (const launch of options.workers) this.#workers.set(launch.name, launch);
    this.#process = this.#start();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get lines(): readonly string[] {
    return this.#process.log.lines;
  }

  /** Names of its workers, also of those that are between two lives. */
  get workers(): readonly string[] {
    return [...this.#workers.keys()];
  }

  tellScheduler(address: string): void {
    this.#scheduler = address;
    this.#send({ type: 'scheduler', address });
  }

  addWorkers(workers: readonly WorkerLaunch[]): void {
    for (const launch of workers) this.#workers.set(launch.name, launch);
    this.#send({ type: 'add-workers', workers });
  }

  /** Asks workers to end for good; `worker-closed` follows for each. */
  removeWorkers(names: readonly string[]): void {
    for (const name of names) {
      this.#workers.delete(name);
      this.#removing.add(name);
    }
    this.#send({ type: 'remove-workers', names });
  }

  unref(): void {
    this.#kept = false;
    this.#process.unref();
  }

  /** Ends it and its workers; by force after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    this.#send({ type: 'close' });
    await this.#process.endWithin(graceMs);
  }

  #send(message: ToNanny): void {
    this.#process.send(message);
  }

  #start(): EntryProcess {
    const { secret, tls, logger, command } = this.#options;
    const startedMs = performance.now();
    const child = new EntryProcess({
      role: 'nanny',
      entry: bundledEntry('nanny'),
      online: (line) => relayLine(logger, line),
      onmessage: (message) => this.#hear(message as FromNanny),
    });
    const config: NannyConfig = {
      type: 'config',
      secret: secret.reveal(),
      workers: [...this.#workers.values()],
      ...(tls !== undefined && { tls }),
      ...(this.#scheduler !== undefined && { scheduler: this.#scheduler }),
      ...(command !== undefined && { command }),
    };
    child.send(config);
    if (!this.#kept) child.unref();
    void child.ended.then((end) => {
      if (this.#closing) return;
      // They died with it, and the next one won't know them.
      for (const name of this.#removing) this.#closed({ type: 'worker-closed', name });
      const why = `the nanny ${describeEnd(end)}${this.#failure === undefined ? '' : `: ${this.#failure}`}`;
      this.#deaths = performance.now() - startedMs > LONG_LIFE_MS ? 1 : this.#deaths + 1;
      const itsOwnDoing = end.exitCode !== null && (end.exitCode === 0 || this.#failure !== undefined);
      if (itsOwnDoing || this.#deaths >= MOST_DEATHS) {
        this.#closing = true;
        this.#options.onover(why, end.exitCode !== 0);
        return;
      }
      logger.error(`${why}; its workers died with it, all start again`);
      this.#restart = setTimeout(() => (this.#process = this.#start()), backoffMs(this.#deaths));
      if (!this.#kept) this.#restart.unref();
    });
    return child;
  }

  #hear(message: FromNanny): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'failed':
        this.#failure = message.message;
        this.#options.logger.error(`nanny: ${message.message}`);
        break;
      case 'worker-died':
        if (message.restartInMs === null) {
          this.#workers.delete(message.death.worker);
          this.#removing.delete(message.death.worker);
        }
        this.#options.onevent(message);
        break;
      case 'worker-closed':
        this.#closed(message);
        break;
      default:
        this.#options.onevent(message);
    }
  }

  #closed(event: Extract<NannyEvent, { type: 'worker-closed' }>): void {
    this.#workers.delete(event.name);
    this.#removing.delete(event.name);
    this.#options.onevent(event);
  }
}
