/**
 * The worker around its core: one process that listens for peers, runs compute threads, and keeps a session with its scheduler. When the session is lost, it forgets
 * everything and registers anew; when the scheduler can't be reached for too long, it ends.
 */
import { formatAddress, parseAddress, Secret } from '@covey/protocol';
import type { Address, ConnectTls, Logger } from '@covey/protocol';
import {
  BulkClient,
  ChannelServer,
  isLoopbackHost,
  listen,
  listenTlsOf,
  makeNonce,
  openChannel,
  serveBulk,
  socketAddress,
  workerNews,
} from '@covey/protocol/internal';
import type { Channel, ChannelCloseReason, Listener, WorkerHello, WorkerWelcome } from '@covey/protocol/internal';
import { hostname } from 'node:os';
import process from 'node:process';
import type { ThreadSettings } from './compute-threads.js';
import { HeapWatch } from './heap-watch.js';
import { Incarnation } from './incarnation.js';
import { LocalDirectory } from './local-directory.js';
import { MemoryWatch } from './memory-watch.js';
import { epochMs } from './time.js';
import { ValueServer } from './value-server.js';
import { VitalSigns } from './vital-signs.js';
import { ownVersions, peerCalls, schedulerCalls } from './worker-calls.js';
import type { WorkerConfig } from './worker-options.js';

export interface WorkerProcessOptions {
  readonly logger: Logger;
  /** The worker has ended, by itself or because it was told to. Called once. */
  onend(end: WorkerProcessEnd): void;
}

export interface WorkerProcessEnd {
  /** True when that is what was asked for. */
  readonly isClean: boolean;
  readonly reason: string;
}

/** Until the scheduler's socket is there: all processes of a local cluster start at once. */
const DIAL_BACKOFF = { firstMs: 5, maxMs: 1000, factor: 1.5 };
const DEFAULT_HEARTBEAT_MS = 500;
/** Memory is looked at more often than the scheduler is told. */
const MEMORY_CHECK_MS = 200;

export class WorkerProcess implements AsyncDisposable {
  readonly #config: WorkerConfig;
  readonly #options: WorkerProcessOptions;
  readonly #logger: Logger;
  readonly #secret: Secret;
  readonly #tls: { readonly tls?: ConnectTls };
  readonly #directory: LocalDirectory;
  readonly #bulkClient: BulkClient;
  readonly #values: ValueServer;
  readonly #peerSessions: ChannelServer;
  readonly #vitalSigns = new VitalSigns();
  readonly #memory: MemoryWatch;
  readonly #heaps: HeapWatch;
  readonly #stop = new AbortController();
  #listener: Listener | undefined;
  #incarnation: Incarnation | undefined;
  #channel: Channel | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(config: WorkerConfig, options: WorkerProcessOptions) {
    this.#config = config;
    this.#options = options;
    this.#logger = options.logger;
    this.#secret = Secret.fromText(config.secret, 'the nanny');
    this.#directory = new LocalDirectory(config.localDirectory);
    this.#tls = config.tls === undefined ? {} : { tls: config.tls };
    this.#bulkClient = new BulkClient({ secret: this.#secret, role: 'worker', ...this.#tls });
    this.#memory = new MemoryWatch(config);
    this.#heaps = new HeapWatch(config.threadHeapBytes);
    this.#values = new ValueServer(() => this.#current.served);
    const answer = peerCalls(() => this.#current);
    this.#peerSessions = new ChannelServer({
      onhello: () => ({}),
      onchannel: (channel) => {
        channel.handle = answer;
      },
    });
  }

  /** Where peers reach this worker. */
  get address(): string {
    if (this.#listener === undefined) throw new Error('the worker does not listen yet');
    return formatAddress(this.#listener.contactAddress);
  }

  /** Starts everything; resolves when the scheduler knows the worker. @throws when it can't be reached in time, or refuses. */
  async start(): Promise<void> {
    this.#listener = await this.#listen();
    // The threads load while the scheduler is dialled.
    this.#incarnation = this.#incarnate();
    await this.#register();
    this.#memoryTimer = setInterval(() => this.#checkMemory(), MEMORY_CHECK_MS);
    setImmediate(() => this.#directory.purgeStale());
  }

  /** Ends the session, the threads and everything else, without waiting for tasks. Safe to call again. */
  async close(reason = 'the worker was told to close'): Promise<void> {
    await this.#end({ isClean: true, reason });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #current(): Incarnation {
    if (this.#incarnation === undefined) throw new Error('the worker has not started');
    return this.#incarnation;
  }

  #listen(): Promise<Listener> {
    const { listenAddress, contactAddress, scheduler } = this.#config;
    return listen({
      address: listenAddress ?? defaultListenAddress(scheduler),
      ...(contactAddress === undefined ? {} : { contactAddress }),
      secret: this.#secret,
      role: 'worker',
      tls: listenTlsOf(this.#config.tls),
      logger: this.#logger,
      onChannelPeer: (comm) => this.#peerSessions.accept(comm),
      onBulk: serveBulk(this.#values, { logger: this.#logger }),
    });
  }

  #incarnate(): Incarnation {
    const config = this.#config;
    const settings: ThreadSettings = {
      workerName: config.name,
      workerAddress: this.address,
      host: hostname(),
      schedulerAddress: config.scheduler,
      secret: config.secret,
      tls: config.tls ?? null,
      localDirectory: this.#directory.path,
      moduleRoot: config.moduleRoot,
      executorEntry: config.executorEntry,
      cancelGraceMs: config.cancelGraceMs,
      uploads: [],
    };
    const incarnation = new Incarnation({
      config,
      settings,
      bulkClient: this.#bulkClient,
      directory: this.#directory,
      logger: this.#logger,
      onfatal: (reason) => void this.#end({ isClean: false, reason }),
    });
    incarnation.start();
    return incarnation;
  }

  async #register(): Promise<void> {
    const config = this.#config;
    const incarnation = this.#current;
    const hello: WorkerHello = {
      name: config.name,
      address: this.address,
      host: hostname(),
      pid: process.pid,
      nthreads: config.nthreads,
      memoryLimit: config.memoryLimit,
      resources: config.resources,
      versions: ownVersions(),
      ...(config.nanny === undefined ? {} : { nanny: config.nanny }),
    };
    const { channel } = await openChannel(config.scheduler, {
      secret: this.#secret,
      role: 'worker',
      ...this.#tls,
      hello: { ...hello },
      waitMs: config.deathTimeoutMs,
      reconnect: { ...DIAL_BACKOFF, graceMs: config.deathTimeoutMs },
      signal: this.#stop.signal,
      logger: this.#logger,
      configure: (opened, facts) => this.#begin(incarnation, opened, facts as unknown as WorkerWelcome),
    });
    this.#channel = channel;
  }

  /** Before any message of the scheduler is handled. */
  #begin(incarnation: Incarnation, channel: Channel, welcome: WorkerWelcome): void {
    for (const file of welcome.uploads ?? []) incarnation.upload(file);
    channel.onclose = (reason) => this.#onSessionEnd(reason);
    channel.ondisconnect = () => this.#onDisconnect();
    channel.onreconnect = () => this.#logger.info('connected to the scheduler again');
    channel.handle = schedulerCalls(
      () => this.#current,
      // The answer leaves first.
      (reason) => setImmediate(() => void this.close(reason)),
    );
    incarnation.attach(channel);
    const intervalMs = welcome.heartbeatMs > 0 ? welcome.heartbeatMs : DEFAULT_HEARTBEAT_MS;
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(intervalMs), intervalMs);
    this.#beat(intervalMs);
  }

  #onDisconnect(): void {
    const { scheduler, deathTimeoutMs } = this.#config;
    // Else the worker ends at once, and says so.
    if (deathTimeoutMs === 0) return;
    this.#logger.warn(
      `the connection to the scheduler was lost; trying again for ${deathTimeoutMs / 1000} s, then the worker ends`,
      { scheduler },
    );
  }

  #onSessionEnd(reason: ChannelCloseReason): void {
    clearInterval(this.#heartbeat);
    if (this.#hasEnded) return;
    switch (reason.code) {
      case 'session-lost':
      case 'protocol-error':
      case 'overflow':
        this.#logger.warn('the session with the scheduler is lost; registering anew', { reason: reason.message });
        this.#registerAnew().catch((error: unknown) => this.#end({ isClean: false, reason: messageOf(error) }));
        break;
      case 'closed':
        void this.#end({ isClean: true, reason: `the scheduler ended the session: ${reason.message}` });
        break;
      case 'grace-ended':
      case 'refused':
      case 'internal-error':
        void this.#end({ isClean: false, reason: reason.message });
        break;
    }
  }

  /** Nothing of the lost session means anything in the next one: neither results nor threads with their functions. */
  async #registerAnew(): Promise<void> {
    const old = this.#current;
    this.#incarnation = this.#incarnate();
    await Promise.all([old.dispose(), this.#register()]);
    this.#logger.info('registered anew with the scheduler');
  }

  #checkMemory(): void {
    const { residentBytes } = this.#vitalSigns;
    this.#memory.check(this.#current, residentBytes);
    this.#heaps
      .check(this.#current, residentBytes)
      .catch((error: unknown) => this.#logger.error('the heaps of compute threads could not be looked at', { error }));
  }

  #beat(intervalMs: number): void {
    const incarnation = this.#current;
    const { channel, core, store, pool, peers } = incarnation;
    if (channel === undefined) return;
    const { leasedBytes } = pool.figures;
    const { waiting, ready, executing, suspended } = core.figures;
    const fetched = peers.takeFetched();
    workerNews.heartbeat(channel.write(), {
      time: epochMs(),
      memory: { process: this.#vitalSigns.residentBytes, held: store.nbytes, leased: leasedBytes, spilled: 0 },
      cpu: this.#vitalSigns.takeCpu(),
      executing,
      ready,
      waiting,
      suspended,
      bytesReceived: peers.bytesReceived,
      bytesSent: this.#values.bytesSent,
      bandwidth: peers.bandwidth,
      loopDelayMs: this.#vitalSigns.beat(intervalMs),
      ...(fetched.length > 0 && { fetched }),
    });
    incarnation.dropReleasedFunctions();
    if (pool.shouldCollect && executing === 0) incarnation.collect();
    // A thread kept by native code can't be replaced within the process: when all else is done, the nanny starts another one.
    if (incarnation.stuckThreads > 0) {
      core.handleClose();
      if (executing + suspended === 0)
        void this.#end({ isClean: false, reason: 'a compute thread could not be ended' });
    }
  }

  async #end(end: WorkerProcessEnd): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#heartbeat);
    clearInterval(this.#memoryTimer);
    this.#stop.abort(new Error(end.reason));
    const closing = Promise.all([
      this.#channel?.close(end.reason),
      this.#incarnation?.dispose(),
      this.#peerSessions.close(end.reason),
      this.#listener?.close(),
      this.#bulkClient.close(),
    ]);
    await Promise.allSettled([Promise.race([closing, pause(CLOSE_TIMEOUT_MS)])]);
    this.#directory.remove();
    this.#options.onend(end);
  }
}

/** As near as the scheduler is. */
function defaultListenAddress(scheduler: string): Address | string {
  const address = parseAddress(scheduler);
  if (address.kind === 'unix') return socketAddress(`worker-${process.pid}-${makeNonce()}`);
  if (address.kind === 'inproc') return '127.0.0.1:0';
  // A scheduler with TLS has workers with TLS, with a certificate made on the spot if they were given none.
  return `${address.kind}://${isLoopbackHost(address.host) ? '127.0.0.1' : '0.0.0.0'}:0`;
}

/** A local cluster closes in a fifth of a second: nobody waits for a scheduler that is busy or gone. */
const CLOSE_TIMEOUT_MS = 100;

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
