/**
 * All settings of Covey, each declared once: from this table come their types, defaults, environment variables, flags of
 * the command line, and the page of the guide.
 */
import { LOG_LEVELS } from '@covey/protocol';
import { choice, duration, integer, listOf, memoryLimit, resources, text, yesOrNo } from './value-kinds.js';
import type { ValueKind } from './value-kinds.js';

/** One setting. */
export interface Setting<T> {
  readonly kind: ValueKind<T extends undefined ? never : T>;
  /** What holds when nobody says anything. */
  readonly default: T;
  /** What an absent default means, for people. */
  readonly defaultMeans?: string;
  /** One sentence or two. */
  readonly summary: string;
}

function setting<T>(kind: ValueKind<T>, summary: string, fallback: T): Setting<T>;
function setting<T>(kind: ValueKind<T>, summary: string, fallback: { readonly means: string }): Setting<T | undefined>;
function setting(kind: ValueKind<unknown>, summary: string, fallback: unknown): Setting<unknown> {
  if (typeof fallback === 'object' && fallback !== null && 'means' in fallback) {
    return { kind, summary, default: undefined, defaultMeans: String(fallback.means) };
  }
  return { kind, summary, default: fallback };
}

const address = text('ADDRESS', "an address such as 'ws://host:8786' or 'unix:///path'");
const path = text('PATH', 'a path');

/** The settings, by name. A dot parts a setting from the part of Covey that it is for. */
export const settings = {
  cluster: setting(
    text('NAME|ADDRESS', 'the name or address of a cluster'),
    'The cluster that programs use when they name none.',
    {
      means: 'a new local cluster for each program',
    },
  ),
  'secret-file': setting(
    path,
    'The file that holds the secret of the cluster. It must be readable by its owner alone.',
    {
      means: 'the registry, for clusters found by name',
    },
  ),
  'log-level': setting(choice(...LOG_LEVELS), 'How much is logged.', 'info' as const),

  'tls.cert': setting(path, 'PEM file of the certificate that this process shows.', {
    means: 'one made on the spot for wss, none for clients',
  }),
  'tls.key': setting(path, 'PEM file of the key of that certificate.', { means: 'none' }),
  'tls.ca-file': setting(
    path,
    'PEM file of the authorities that must have signed the certificates of peers: mutual TLS.',
    {
      means: 'any certificate will do: both sides prove that they know the secret, bound to the TLS session',
    },
  ),

  'tls.server-name': setting(
    text('NAME', 'a host name'),
    'The name that the certificates of peers are for, so that all processes can share one.',
    { means: 'the host that is dialled' },
  ),

  'scheduler.host': setting(
    text('HOST', 'a host name or address'),
    'The interface to listen on; 0.0.0.0 or :: are all.',
    '127.0.0.1',
  ),
  'scheduler.port': setting(integer(0, 65535), 'The port to listen on; 0 is any free one.', 8786),
  'scheduler.protocol': setting(choice('ws', 'wss'), 'Whether host and port are listened on with TLS.', {
    means: 'wss when there is a certificate',
  }),
  'scheduler.listen': setting(listOf(address), 'Further addresses to listen on, such as a Unix socket.', []),
  'scheduler.contact-address': setting(
    address,
    'The address that workers and clients dial, if other than the one listened on.',
    {
      means: 'the one listened on',
    },
  ),
  'scheduler.allowed-hosts': setting(
    listOf(text('HOST', 'a host name or address, with or without a port')),
    'Further names under which it is dialled, such as localhost:9000 at the other end of a tunnel.',
    [],
  ),
  'scheduler.name': setting(
    text('NAME', 'letters, digits, dots, dashes'),
    'The name of the cluster, by which it is found on this host.',
    {
      means: 'one is invented',
    },
  ),
  'scheduler.idle-timeout': setting(duration(), 'The cluster ends when it had nothing to do for so long.', {
    means: 'never',
  }),
  'scheduler.busy-poll': setting(
    integer(0, 1_000_000),
    'While no more tasks than these are under way, the scheduler (of a local cluster too) stays awake between messages that follow each other closely: a quarter less latency for one task at a time, at the cost of a processor that would be idle. 0: never.',
    {
      means: 'one less than the processors that it may use',
    },
  ),
  'scheduler.preload': setting(
    listOf(text('MODULE', 'a path or package')),
    "Modules of the operator's, loaded into the scheduler before it listens.",
    [],
  ),

  'worker.nworkers': setting(integer(1, 10_000), 'How many worker processes to start.', 1),
  'worker.nthreads': setting(integer(1, 10_000), 'Compute threads of each worker.', {
    means: 'the processors that this process may use (affinity, cgroup limits), shared among its workers',
  }),
  'worker.name': setting(
    text('NAME', 'some text'),
    'The name of the worker; with several workers each gets a number behind it.',
    {
      means: 'made from host and process',
    },
  ),
  'worker.memory-limit': setting(
    memoryLimit(),
    'Memory of each worker: above 80 % of it the worker starts no further task, above 95 % it is started again.',
    'auto' as const,
  ),
  'worker.resources': setting(resources(), 'Abstract resources that tasks can ask for.', {}),
  'worker.local-directory': setting(path, 'Where the worker keeps uploaded files.', {
    means: "a folder of its own in the system's folder for temporary files",
  }),
  'worker.listen-address': setting(address, 'Where the worker listens for its peers.', {
    means:
      'a Unix socket when the scheduler is on one, else any free port of the interface that leads to the scheduler, with TLS if it has TLS',
  }),
  'worker.contact-address': setting(
    address,
    'The address under which peers reach the worker, if other than the one listened on.',
    {
      means: 'the one listened on',
    },
  ),
  'worker.death-timeout': setting(duration(), 'A worker ends when it found no scheduler for so long.', 60_000),
  'worker.nanny': setting(
    yesOrNo(),
    'Whether a nanny watches the worker: starts it again when it dies, holds it to its memory limit.',
    true,
  ),

  'local.workers': setting(integer(0, 10_000), 'Worker processes of a local cluster.', {
    means: 'one for each processor up to four, then fewer with several threads each',
  }),
  'local.threads-per-worker': setting(integer(1, 10_000), 'Compute threads of each worker of a local cluster.', {
    means: 'the processors that this process may use, shared among the workers',
  }),
  'local.memory-limit': setting(memoryLimit(), 'Memory of each worker of a local cluster.', 'auto' as const),
} as const;

/** Names of settings. */
export type SettingName = keyof typeof settings;
/** What a setting can be. */
export type SettingValue<Name extends SettingName> = (typeof settings)[Name] extends Setting<infer T> ? T : never;
/** Some settings, by name. */
export type SettingValues = { readonly [Name in SettingName]?: SettingValue<Name> };

export const settingNames = Object.keys(settings) as readonly SettingName[];

/** The environment variable of a setting: `worker.memory-limit` is `COVEY_WORKER_MEMORY_LIMIT`. */
export function environmentNameOf(name: SettingName): string {
  return `COVEY_${name.toUpperCase().replace(/[.-]/g, '_')}`;
}

/** The flag of a setting on commands that it is for: `worker.memory-limit` is `--memory-limit`, `tls.cert` is `--tls-cert`. */
export function flagOf(name: SettingName): string {
  return `--${name.startsWith('tls.') ? name.replace('.', '-') : name.slice(name.indexOf('.') + 1)}`;
}

/** A setting by a name known only at run time. */
export function settingOf(name: SettingName): Setting<unknown> {
  return settings[name];
}
