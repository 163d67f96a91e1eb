/** What `covey worker` does: this process is the nanny of the workers that it starts, and ends when none of them is left. */
import { hostname } from 'node:os';
import { createLineLogger, parseAddress } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { deferred, isLoopbackHost } from '@covey/protocol/internal';
import { resolveTarget } from '@covey/deploy';
import type { Configuration, ResolvedTarget } from '@covey/deploy';
import { bundledEntry, hostLimits, localAddressTowards, workerMemory } from '@covey/deploy/internal';
import { linkToScheduler, Nanny, workerCommand } from '@covey/worker/internal';
import type { ClusterAccess, NannyEvent, SchedulerLink, WorkerLaunch } from '@covey/worker/internal';
import { UsageError } from '../failure.js';
import { interruptStatus } from '../terminal.js';
import type { Terminal } from '../terminal.js';

/** How it all ended: the status, and the line to say about it. */
interface Ending {
  readonly status: number;
  readonly reason: string;
}

/** @returns the status to end with. */
export async function runWorkerCommand(
  target: string | undefined,
  configuration: Configuration,
  terminal: Terminal,
): Promise<number> {
  const logger = createLineLogger({
    level: configuration.get('log-level'),
    write: (line) => terminal.err(line.trimEnd()),
  });
  const named = target ?? configuration.get('cluster');
  if (named === undefined)
    throw new UsageError(
      "which cluster? Give the address of its scheduler or its name, as in 'covey worker ws://host:8786'",
    );
  const cluster = await resolveTarget(named, { configuration, logger });
  checkTls(cluster);
  const launches = workerLaunches(configuration, await listenAddress(cluster.address, configuration));
  warnOfOpenAddress(launches[0]?.options['listenAddress'], terminal);
  const watched = configuration.get('worker.nanny');
  const ended = deferred<Ending>();
  const dialling = new AbortController();
  let link: Promise<SchedulerLink> | undefined;
  let failure: string | undefined;
  const end = (status: number, reason: string) => ended.resolve({ status, reason });

  const nanny = new Nanny({
    name: `${hostname()}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`,
    command: workerCommand(),
    watches: watched,
    onEvent: (event) => {
      report(event, logger);
      if (event.type === 'worker-died') {
        void link?.then((opened) => opened.workerDied(event.death)).catch(() => undefined); // The scheduler sees the lost connection by itself.
        if (!watched) end(1, event.reason);
      }
      if (event.type === 'worker-died' && event.restartInMs === null) failure = event.reason;
      if (event.type === 'no-workers') {
        if (failure === undefined) end(0, 'the scheduler closed all workers');
        else end(1, `no worker is left: ${failure}`);
      }
    },
  });

  const stopListening = terminal.onInterrupt((signal) => {
    if (interrupted) process.exit(interruptStatus(signal)); // The second Ctrl-C does not wait; workers end with this process.
    interrupted = true;
    end(interruptStatus(signal), `interrupted by ${signal}`);
  });
  let interrupted = false;
  try {
    nanny.addWorkers(launches);
    const access: ClusterAccess = {
      scheduler: cluster.address,
      secret: cluster.secret.reveal(),
      ...(cluster.tls !== undefined && { tls: cluster.tls }),
    };
    nanny.connectWorkers(access);
    // Workers that nobody watches reach their scheduler, or not, by themselves.
    if (watched) {
      const waitMs = configuration.get('worker.death-timeout');
      link = linkToScheduler({
        ...access,
        hello: { name: nanny.name, host: hostname(), pid: process.pid },
        calls: {
          restart: async ({ workers }) => nanny.restart(workers),
          close: async ({ reason }) => end(0, `the scheduler closed: ${reason}`),
        },
        onLost: (message) => end(1, `the scheduler is gone: ${message}`),
        signal: dialling.signal,
        waitMs,
        graceMs: waitMs,
      });
      link.catch((error: unknown) => ended.reject(error));
    }
    const { status, reason } = await ended.promise;
    logger.info(`ending: ${reason}`);
    if (status === 1) terminal.err(`covey: ${reason}`);
    return status;
  } finally {
    dialling.abort(new Error('the command ends'));
    await nanny.close();
    await (await link?.catch(() => undefined))?.close();
    stopListening();
  }
}

function report(event: NannyEvent, logger: Logger): void {
  switch (event.type) {
    case 'worker-ready':
      logger.info(`worker ${event.name} is ready`, { address: event.address, pid: event.pid });
      break;
    case 'worker-died':
      logger.warn(event.restartInMs === null ? `${event.reason}; it is not started again` : event.reason);
      break;
    case 'worker-closed':
      logger.info(`worker ${event.name} was closed`);
      break;
    case 'no-workers':
      break;
  }
}

/** Where workers listen: as told, or where those can reach them who can reach the scheduler. Undefined leaves it to the worker: on this host only. */
async function listenAddress(scheduler: string, configuration: Configuration): Promise<string | undefined> {
  const told = configuration.get('worker.listen-address');
  const address = parseAddress(scheduler);
  if (told !== undefined) {
    const hasScheme = told.includes('://');
    // Like its scheduler, unless told otherwise.
    return hasScheme || address.kind !== 'wss' ? told : `wss://${told}`;
  }
  if ((address.kind !== 'ws' && address.kind !== 'wss') || isLoopbackHost(address.host)) return undefined;
  const host = await localAddressTowards(address.host, address.port);
  return isLoopbackHost(host) ? undefined : `${address.kind}://${host.includes(':') ? `[${host}]` : host}:0`;
}

/** Peers that check certificates would refuse one that the worker makes itself. */
function checkTls({ address, tls }: ResolvedTarget): void {
  if (tls?.authority !== undefined && tls.cert === undefined && parseAddress(address).kind === 'wss') {
    throw new UsageError(
      'with --tls-ca-file the peers of a worker check its certificate too: give --tls-cert and --tls-key',
    );
  }
}

/** Between workers values travel as they are. */
function warnOfOpenAddress(listen: unknown, terminal: Terminal): void {
  if (typeof listen !== 'string') return;
  const address = parseAddress(listen);
  if (address.kind === 'ws' && !isLoopbackHost(address.host)) {
    terminal.err(
      `covey: WARNING: the workers listen on ${listen}, open to other machines and NOT ENCRYPTED: give the scheduler TLS (--protocol wss), listen on wss://, or use a network that you trust.`,
    );
  }
}

function workerLaunches(configuration: Configuration, listen: string | undefined): WorkerLaunch[] {
  const limits = hostLimits();
  const count = configuration.get('worker.nworkers');
  const nthreads = configuration.get('worker.nthreads') ?? Math.max(1, Math.floor(limits.processors / count));
  const name = configuration.get('worker.name') ?? `${hostname()}-${process.pid}`;
  const memoryLimit = workerMemory(configuration.get('worker.memory-limit'), count, limits);
  const options = {
    nthreads,
    resources: configuration.get('worker.resources'),
    deathTimeoutMs: configuration.get('worker.death-timeout'),
    localDirectory: configuration.get('worker.local-directory'),
    listenAddress: listen,
    contactAddress: configuration.get('worker.contact-address'),
    executorEntry: bundledEntry('covey in threads'),
    logLevel: configuration.get('log-level'),
  };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (count > 1 && (configuration.get('worker.listen-address') ?? options.contactAddress) !== undefined) {
    throw new UsageError(
      '--listen-address and --contact-address are for one worker: start several commands instead of --nworkers',
    );
  }
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? name : `${name}-${i}`,
    memoryLimit,
    options: given,
  }));
}
