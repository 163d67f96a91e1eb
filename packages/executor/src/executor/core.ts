/**
 * What all views of one executor share: the session with the scheduler, how to begin another when that one is lost, and what
 * has to be put away at the end.
 */
import { hostname } from 'node:os';
import { prepareCapture } from '@covey/functions/internal';
import { createLineLogger, Secret } from '@covey/protocol';
import type { ConnectTls, Logger } from '@covey/protocol';
import {
  abortSignal,
  aFunction,
  aName,
  anObject,
  byteLimit,
  describeValue,
  either,
  makeNonce,
  milliseconds,
  oneOf,
  someMilliseconds,
} from '@covey/protocol/internal';
import type { ClientHello, Kinds } from '@covey/protocol/internal';
import { ExecutorClosedError, FutureLostError, UsageError } from '../errors.js';
import { openLink } from '../session/channel-link.js';
import type { SchedulerDial } from '../session/channel-link.js';
import type { SchedulerLink } from '../session/link.js';
import { PendingLink } from '../session/pending-link.js';
import { executorHost } from './host.js';
import { OutputForwarder } from '../output/output-forwarder.js';
import { hearTaskOutput } from '../output/task-output.js';
import type { TaskOutputEvent, TaskOutputHandling } from '../output/task-output.js';
import { Session } from '../session/session.js';
import type { SessionSettings } from '../session/session.js';

/** What an executor can connect to: a `Cluster`, or anything that says where its scheduler is and what its secret is. */
export interface ClusterLike {
  /** Of its scheduler. */
  readonly address: string;
  /** By which it lets in. */
  readonly secret: Secret;
  readonly name?: string;
  /** How to dial it over TLS. */
  readonly tls?: ConnectTls;
  /** Resolves when it is over, with the reason: then nothing waits for its scheduler to come back. */
  readonly closed?: Promise<string>;
}

/** A cluster that was found for a name or for nothing. With `close`, it belongs to the executor and ends with it. */
export type ResolvedTarget = ClusterLike & { close?(): Promise<void> };

/** Settings of a connection. */
export interface ConnectOptions {
  /** Default, for an address: `COVEY_SECRET`, or the file `COVEY_SECRET_FILE`. */
  readonly secret?: Secret;
  /** Shown in lists and logs of the cluster. Default: host and process id. */
  readonly name?: string;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal;
  /** Milliseconds for one attempt to connect. Default 10,000. */
  readonly timeoutMs?: number;
  /** Milliseconds to go on trying while nobody answers at first. Default 0: one attempt. */
  readonly waitMs?: number;
  /** Milliseconds to try to come back after the connection drops, before the session is given up. Default 60,000. */
  readonly reconnectMs?: number;
  readonly tls?: ConnectTls;
  /** Default: warnings and errors on standard error. */
  readonly logger?: Logger;
  /**
   * What becomes of what tasks of this executor print, and of warnings about them. `forward` (default): lines go to this process's standard output
   * and standard error, some hundred a second. `ignore`: nobody hears of them. A function takes each event.
   */
  readonly output?: TaskOutputHandling;
  /** Bytes that the scheduler has not acknowledged above which submissions throw `BackpressureError`. Default 128 MiB. */
  readonly maxUnacknowledgedBytes?: number;
  /** Most bytes that one `gather` brings into this process. Default 4 GiB. */
  readonly maxGatherBytes?: number;
  /**
   * Finds the cluster for a name, or for nothing (the package `covey` gives one that knows the registry of running clusters).
   * Without it a string must be an address.
   */
  readonly resolve?: (target: string | undefined, signal?: AbortSignal) => Promise<ResolvedTarget>;
}

export const connectKinds: Kinds<ConnectOptions> = {
  secret: anObject('a Secret'),
  name: aName,
  signal: abortSignal,
  timeoutMs: someMilliseconds,
  waitMs: milliseconds,
  reconnectMs: milliseconds,
  tls: anObject('an object with `authority`, `cert` and `key`'),
  logger: anObject('a Logger'),
  output: either(oneOf('forward', 'ignore'), aFunction),
  maxUnacknowledgedBytes: byteLimit,
  maxGatherBytes: byteLimit,
  resolve: aFunction,
};

const MEBIBYTE = 2 ** 20;

export class ExecutorCore {
  readonly maxGatherBytes: number;
  readonly logger: Logger;
  readonly #dial: SchedulerDial | undefined;
  readonly #settings: Omit<SessionSettings, 'keyPrefix'>;
  readonly #shared: boolean;
  readonly #hear: ((event: TaskOutputEvent) => void) | undefined;
  readonly #closers: (() => Promise<void>)[] = [];
  #session: Session;
  #closing: Promise<void> | undefined;
  #clusterIsOver = false;

  /**
   * `dial`: how to reach the scheduler again after the session was lost; undefined: not at all. `shared`: it belongs to a compute
   * thread and not to the task that closes it, so closing does nothing.
   */
  constructor(
    link: SchedulerLink,
    settings: Omit<SessionSettings, 'keyPrefix'>,
    options: {
      readonly dial?: SchedulerDial;
      readonly maxGatherBytes?: number;
      readonly shared?: boolean;
      readonly hear?: (event: TaskOutputEvent) => void;
    } = {},
  ) {
    this.#hear = options.hear;
    this.#dial = options.dial;
    this.#shared = options.shared === true;
    this.#settings = settings;
    this.logger = settings.logger;
    this.maxGatherBytes = options.maxGatherBytes ?? 4096 * MEBIBYTE;
    this.#session = this.#begin(link);
  }

  /**
   * The session for whatever is asked next. When the last one was lost for good, a new one begins: its futures are lost, but
   * the executor goes on.
   */
  get session(): Session {
    const { ended } = this.#session;
    if (
      ended instanceof FutureLostError &&
      this.#dial !== undefined &&
      this.#closing === undefined &&
      !this.#clusterIsOver
    ) {
      this.#session = this.#begin(new PendingLink(this.#dial.address, openLink(this.#dial, undefined)));
    }
    return this.#session;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** The cluster has ended, and will not come back under this address. */
  async clusterEnded(name: string, reason: string): Promise<void> {
    this.#clusterIsOver = true;
    try {
      await this.#session.lose(`The cluster ${name} is over: ${reason}`);
    } catch (error) {
      this.logger.debug('ending a lost session failed', { error });
    }
  }

  /** Has something put away when the executor closes; the last added goes first. */
  atClose(close: () => Promise<void>): void {
    if (this.#closing !== undefined) throw new ExecutorClosedError('The executor was closed');
    this.#closers.push(close);
  }

  close(): Promise<void> {
    if (this.#shared) return Promise.resolve();
    this.#closing ??= (async () => {
      await this.#session.close();
      for (const close of this.#closers.reverse()) await close();
    })();
    return this.#closing;
  }

  #begin(link: SchedulerLink): Session {
    const session = new Session(link, { ...this.#settings, keyPrefix: makeNonce().slice(0, 8) });
    if (this.#hear !== undefined) hearTaskOutput(session, this.#hear);
    session.listen('cluster-warning', (payload) => {
      const { message } = (payload ?? {}) as { readonly message?: unknown };
      if (typeof message === 'string') this.logger.warn(message);
    });
    return session;
  }
}

/** @throws UsageError for what nobody can connect to */
export function checkTarget(target: unknown): void {
  if (target === undefined || typeof target === 'string') return;
  const { address, secret } = (target ?? {}) as Partial<Record<keyof ClusterLike, unknown>>;
  if (typeof address === 'string' && typeof secret === 'object') return;
  throw new UsageError(
    `Executor.connect takes a cluster, an address, the name of a running cluster, or nothing, not ${describeValue(target)}`,
  );
}

/** Connects to a target. @throws what {@link Executor.connect} throws */
export async function connectCore(
  target: ClusterLike | string | undefined,
  options: ConnectOptions,
): Promise<ExecutorCore> {
  const cluster = await resolveTarget(target, options);
  const logger = options.logger ?? createLineLogger({ level: 'warn' });
  const maxUnacknowledgedBytes = options.maxUnacknowledgedBytes ?? 128 * MEBIBYTE;
  const tls = options.tls ?? cluster.tls;
  const { output: hostOutput = 'forward', origin, aroundWait } = executorHost();
  const { output = hostOutput } = options;
  const forwarder = output === 'forward' ? new OutputForwarder() : undefined;
  const hear =
    typeof output === 'function' ? output : forwarder && ((event: TaskOutputEvent) => forwarder.forward(event));
  const hello: ClientHello = {
    name: options.name ?? `${hostname()}-${process.pid}`,
    ...(hear !== undefined && { output: true }),
  };
  const dial: SchedulerDial = {
    address: cluster.address,
    secret: cluster.secret,
    hello,
    logger,
    timeoutMs: options.timeoutMs ?? 10_000,
    waitMs: options.waitMs ?? 0,
    reconnectMs: options.reconnectMs ?? 60_000,
    // Above what submissions may fill, so that small messages never end the session.
    maxUnacknowledgedBytes: maxUnacknowledgedBytes * 2 + 64 * MEBIBYTE,
    ...(tls !== undefined && { tls }),
  };
  try {
    const opening = openLink(dial, options.signal);
    // What the first submit would take time for is done while the scheduler answers.
    prepareCapture();
    const link = await opening;
    const core = new ExecutorCore(
      link,
      {
        logger,
        maxUnacknowledgedBytes,
        ...(origin !== undefined && { origin }),
        ...(aroundWait !== undefined && { aroundWait }),
      },
      {
        dial,
        ...(hear !== undefined && { hear }),
        ...(options.maxGatherBytes !== undefined && { maxGatherBytes: options.maxGatherBytes }),
      },
    );
    const name = cluster.name === undefined ? `at ${cluster.address}` : `'${cluster.name}'`;
    void cluster.closed?.then((reason) => core.clusterEnded(name, reason));
    if (forwarder !== undefined) core.atClose(async () => forwarder.close());
    if (cluster.close !== undefined) core.atClose(() => cluster.close?.() ?? Promise.resolve());
    return core;
  } catch (error) {
    await cluster.close?.();
    throw error;
  }
}

async function resolveTarget(
  target: ClusterLike | string | undefined,
  options: ConnectOptions,
): Promise<ResolvedTarget> {
  // What an object owns stays its owner's business: `close` is not passed on.
  if (typeof target === 'object') {
    const { address, secret, name, tls, closed } = target;
    return {
      address,
      secret: options.secret ?? secret,
      ...(name !== undefined && { name }),
      ...(tls !== undefined && { tls }),
      ...(closed !== undefined && { closed }),
    };
  }
  if (target === undefined || !looksLikeAddress(target)) {
    if (options.resolve !== undefined) return options.resolve(target, options.signal);
    if (target === undefined) {
      throw new UsageError("Executor.connect needs a cluster or an address here: `Executor.connect('ws://host:port')`");
    }
  }
  const secret = options.secret ?? Secret.fromEnvironment();
  if (secret === undefined) {
    throw new UsageError(
      `Connecting to ${target} needs the secret of its cluster: give \`secret\`, or set COVEY_SECRET or COVEY_SECRET_FILE`,
    );
  }
  return { address: target, secret };
}

/** Names of clusters hold neither slashes nor ports. */
function looksLikeAddress(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(target) || /:\d+\/?$/.test(target);
}
