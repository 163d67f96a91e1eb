/**
 * A nanny as a process of its own: follows its launcher's messages, and ends with it. Workers are spawned before anything
 * else is loaded or connected, so that they start while the rest of the cluster does.
 */
import { hostname } from 'node:os';
import { Nanny } from './nanny.js';
import type { ClusterAccess } from './nanny.js';
import type { NannyEvent } from './nanny-events.js';
import type { FromNanny, NannyConfig, ToNanny } from './nanny-ipc.js';
import type { SchedulerLink, SchedulerLinkOptions } from './scheduler-link.js';
import { workerCommand } from './worker-command.js';

/** What the process around it gives: passed in, so that it can be tried without a process. */
export interface NannyHost {
  send(message: FromNanny): void;
  /** Ends the process. */
  exit(code: number): void;
  /** Opens the way to the scheduler; loads what that needs only then. */
  connect(options: SchedulerLinkOptions): Promise<SchedulerLink>;
  readonly pid: number;
}

export class NannyProcess {
  readonly #host: NannyHost;
  #config: NannyConfig | undefined;
  #nanny: Nanny | undefined;
  #link: Promise<SchedulerLink> | undefined;
  /** A scheduler that never came must not keep the nanny from ending. */
  readonly #dialling = new AbortController();
  /** Names of the first workers that aren't ready yet; undefined when all are and that was said. */
  #awaited: Set<string> | undefined;
  readonly #ready = new Map<string, { name: string; pid: number; address: string }>();
  #ending: Promise<void> | undefined;

  constructor(host: NannyHost) {
    this.#host = host;
  }

  handle(message: ToNanny): void {
    try {
      this.#follow(message);
    } catch (error) {
      this.#host.send({ type: 'failed', message: (error as Error).message });
    }
  }

  /** The launcher is gone. */
  orphaned(): void {
    if (this.#config?.stay !== true) this.end(0);
  }

  /** Ends the workers, then this process. */
  end(code: number): void {
    this.#ending ??= (async () => {
      this.#dialling.abort(new Error('the nanny ends'));
      await this.#nanny?.close();
      const link = await this.#link?.catch(() => undefined);
      await link?.close();
      this.#host.exit(code);
    })();
  }

  #follow(message: ToNanny): void {
    switch (message.type) {
      case 'config':
        return this.#start(message);
      case 'scheduler':
        return this.#connect(message.address);
      case 'add-workers':
        return this.#started().addWorkers(message.workers);
      case 'remove-workers':
        void this.#started().removeWorkers(message.names);
        return;
      case 'close':
        return this.end(0);
    }
  }

  #started(): Nanny {
    if (this.#nanny === undefined) throw new Error('the nanny was given work before its configuration');
    return this.#nanny;
  }

  #start(config: NannyConfig): void {
    if (this.#config !== undefined) throw new Error('the nanny is configured already');
    this.#config = config;
    this.#nanny = new Nanny({
      name: config.name ?? `${hostname()}-${this.#host.pid}-${Math.random().toString(36).slice(2, 8)}`,
      command: workerCommand(config.command),
      onEvent: (event) => this.#onEvent(event),
      ...(config.closeGraceMs === undefined ? {} : { closeGraceMs: config.closeGraceMs }),
    });
    this.#awaited = new Set(config.workers.map(({ name }) => name));
    this.#nanny.addWorkers(config.workers);
    this.#sayReady();
    if (config.scheduler !== undefined) this.#connect(config.scheduler);
  }

  #connect(scheduler: string): void {
    const nanny = this.#started();
    const { secret, tls, host = hostname() } = this.#config as NannyConfig;
    const access: ClusterAccess = { scheduler, secret, ...(tls !== undefined && { tls }) };
    nanny.connectWorkers(access);
    this.#link = this.#host.connect({
      ...access,
      hello: { name: nanny.name, host, pid: this.#host.pid },
      signal: this.#dialling.signal,
      calls: {
        restart: async ({ workers }) => nanny.restart(workers),
        close: async () => this.end(0),
      },
      onLost: (message) => this.#fail(`the scheduler is gone: ${message}`),
    });
    this.#link.catch((error: Error & { code?: string }) => {
      this.#fail(`the nanny can't reach the scheduler: ${error.message}`, error.code);
    });
  }

  /** Without a scheduler there is nobody to work for. */
  #fail(message: string, code?: string): void {
    if (this.#ending !== undefined) return;
    this.#host.send({ type: 'failed', message, ...(typeof code === 'string' ? { code } : {}) });
    this.end(1);
  }

  #onEvent(event: NannyEvent): void {
    this.#host.send(event);
    if (event.type === 'worker-ready') {
      this.#ready.set(event.name, { name: event.name, pid: event.pid, address: event.address });
      this.#awaited?.delete(event.name);
      this.#sayReady();
    }
    if (event.type === 'worker-died') {
      const { death } = event;
      void this.#link?.then((link) => link.workerDied(death)).catch(() => undefined); // The link's own failure ends the process above.
    }
    if (event.type === 'no-workers' && this.#config?.stay === true) this.end(0);
  }

  #sayReady(): void {
    if (this.#awaited?.size !== 0 || this.#nanny === undefined) return;
    this.#awaited = undefined;
    this.#host.send({ type: 'ready', name: this.#nanny.name, workers: [...this.#ready.values()] });
  }
}
