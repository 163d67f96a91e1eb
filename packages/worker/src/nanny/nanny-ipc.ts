/**
 * What a launcher and a nanny process tell each other over Node's IPC channel. The launcher sends `config` first; the nanny
 * ends when the channel closes, unless `stay` is set.
 */
import type { ConnectTls } from '@covey/protocol';
import type { NannyEvent } from './nanny-events.js';
import type { WorkerCommandOptions } from './worker-command.js';
import type { WorkerLaunch } from './worker-ipc.js';

export interface NannyConfig {
  readonly type: 'config';
  /** The cluster's secret as text. Never logged. */
  readonly secret: string;
  /** TLS of the nanny and its workers: PEM texts. */
  readonly tls?: ConnectTls;
  /** Address of the scheduler; left out when it isn't known yet: then `scheduler` follows. Processes start at once all the same. */
  readonly scheduler?: string;
  readonly workers: readonly WorkerLaunch[];
  /** The nanny's session name. Default: host, process id and some random characters. */
  readonly name?: string;
  /** The name of this host for people. Default the system's. */
  readonly host?: string;
  /** Go on when the launcher is gone. Default false. */
  readonly stay?: boolean;
  /** How long a worker that is asked to end may take. Default 2000 ms. */
  readonly closeGraceMs?: number;
  readonly command?: WorkerCommandOptions;
}

export type ToNanny =
  | NannyConfig
  | { readonly type: 'scheduler'; readonly address: string }
  | { readonly type: 'add-workers'; readonly workers: readonly WorkerLaunch[] }
  | { readonly type: 'remove-workers'; readonly names: readonly string[] }
  | { readonly type: 'close' };

export type FromNanny =
  /** All workers of the configuration are ready. */
  | {
      readonly type: 'ready';
      readonly name: string;
      readonly workers: readonly { readonly name: string; readonly pid: number; readonly address: string }[];
    }
  /** A request could not be followed, or the nanny ends because it can't do its work. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string }
  | NannyEvent;
