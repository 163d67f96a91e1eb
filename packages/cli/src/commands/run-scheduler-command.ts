/** What `covey scheduler` does: makes sure of a secret, listens, lists itself, waits for the end. */
import { existsSync } from 'node:fs';
import { createLineLogger, parseAddress, Secret } from '@covey/protocol';
import { isLoopbackHost, listenTlsOf, sweepSocketFolder } from '@covey/protocol/internal';
import type { Configuration } from '@covey/deploy';
import {
  checkClusterName,
  configuredSecret,
  inventName,
  readTlsFiles,
  Registry,
  tlsFilesOf,
  writePrivateFile,
  hostLimits,
} from '@covey/deploy/internal';
import { runScheduler } from '@covey/scheduler/internal';
import { interruptStatus } from '../terminal.js';
import type { InterruptSignal, Terminal } from '../terminal.js';

interface SchedulerFlags {
  readonly http: boolean;
  readonly json: boolean;
}

/** @returns the status to end with. */
export async function runSchedulerCommand(
  configuration: Configuration,
  flags: SchedulerFlags,
  terminal: Terminal,
): Promise<number> {
  const logger = createLineLogger({
    level: configuration.get('log-level'),
    write: (line) => terminal.err(line.trimEnd()),
  });
  const registry = new Registry({ logger });
  const name = checkClusterName(configuration.get('scheduler.name') ?? freeName(registry));
  const { secret, file } = ensureSecret(configuration);
  const tlsFiles = tlsFilesOf(configuration);
  const listen = [mainAddress(configuration, tlsFiles?.cert !== undefined), ...configuration.get('scheduler.listen')];
  warnOfOpenAddresses(listen, terminal);
  const idleTimeoutMs = configuration.get('scheduler.idle-timeout');
  const contactAddress = configuration.get('scheduler.contact-address');

  let interrupted: InterruptSignal | undefined;
  let closeNow: (() => Promise<void>) | undefined;
  const stopListening = terminal.onInterrupt((signal) => {
    // The second Ctrl-C does not wait.
    if (interrupted !== undefined) process.exit(interruptStatus(signal));
    interrupted = signal;
    void closeNow?.();
  });
  try {
    const scheduler = await runScheduler(
      {
        secret: secret.reveal(),
        listen,
        clusterName: name,
        http: flags.http,
        busyPoll: configuration.get('scheduler.busy-poll') ?? hostLimits().processors - 1,
        preload: [...configuration.get('scheduler.preload')],
        allowedHosts: [...configuration.get('scheduler.allowed-hosts')],
        ...(tlsFiles !== undefined && { tls: listenTlsOf(readTlsFiles(tlsFiles)) }),
        ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
        ...(contactAddress !== undefined && { contactAddress }),
      },
      logger,
    );
    closeNow = () => scheduler.close('it was asked to end');
    try {
      const [address = ''] = scheduler.addresses;
      const entry = registry.add({
        name,
        kind: 'scheduler',
        address,
        secret,
        ...(tlsFiles !== undefined && { tls: tlsFiles }),
        ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
      });
      try {
        sweepSocketFolder().catch((error: unknown) =>
          logger.warn('the folder of sockets could not be swept', { error }),
        );
        const secretFile = file ?? entry.secretFile;
        if (flags.json)
          terminal.out(JSON.stringify({ name, address, addresses: scheduler.addresses, secretFile, pid: process.pid }));
        else terminal.out(greeting(name, scheduler.addresses, secretFile));
        if (interrupted !== undefined) await closeNow();
        await scheduler.closed;
      } finally {
        registry.remove(entry);
      }
    } finally {
      await scheduler.close();
    }
  } finally {
    stopListening();
  }
  return interrupted === undefined ? 0 : interruptStatus(interrupted);
}

function freeName(registry: Registry): string {
  for (;;) {
    const name = inventName();
    if (registry.find(name) === undefined) return name;
  }
}

/** The secret that the operator gave; a file that isn't there yet is made; with nothing given the registry keeps a fresh one. */
function ensureSecret(configuration: Configuration): { readonly secret: Secret; readonly file: string | undefined } {
  const file = configuration.get('secret-file');
  if (file !== undefined && !existsSync(file)) {
    const secret = Secret.random();
    writePrivateFile(file, `${secret.reveal()}\n`);
    return { secret, file };
  }
  return { secret: configuredSecret(configuration) ?? Secret.random(), file };
}

function mainAddress(configuration: Configuration, tls: boolean): string {
  const host = configuration.get('scheduler.host');
  const protocol = configuration.get('scheduler.protocol') ?? (tls ? 'wss' : 'ws');
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${configuration.get('scheduler.port')}`;
}

/** Whoever reads the network there reads all that is computed, functions and data. */
function warnOfOpenAddresses(listen: readonly string[], terminal: Terminal): void {
  for (const text of listen) {
    const address = parseAddress(text);
    if (address.kind === 'ws' && !isLoopbackHost(address.host)) {
      terminal.err(
        `covey: WARNING: ${text} is open to other machines and NOT ENCRYPTED. Give --protocol wss, or a certificate (--tls-cert, --tls-key), or listen on 127.0.0.1.`,
      );
    }
  }
}

function greeting(name: string, addresses: readonly string[], secretFile: string): string {
  const [address = ''] = addresses;
  return [
    `The scheduler of the cluster '${name}' listens at ${addresses.join(', ')}`,
    `  workers here       covey worker ${name}`,
    `  workers elsewhere  covey worker ${address} --secret-file FILE   (a copy of ${secretFile}, mode 0600)`,
    `  programs           await Executor.connect('${name}'), or COVEY_CLUSTER=${name}`,
    `  stop               Ctrl-C, or covey clusters stop ${name}`,
  ].join('\n');
}
