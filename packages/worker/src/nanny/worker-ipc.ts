/**
 * What a nanny and its worker processes tell each other over Node's IPC channel. The channel's closing says the rest: a
 * worker whose nanny is gone ends.
 */

import type { ConnectTls } from '@covey/protocol';

/** How one worker is to be started. */
export interface WorkerLaunch {
  /** Unique among the living workers of the cluster. */
  readonly name: string;
  /** Bytes of resident memory; at 95 % of it the nanny ends the process. 0 is unlimited. */
  readonly memoryLimit: number;
  /** The worker's own configuration, handed on untouched. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The first and only thing a worker hears from its nanny: who it is and where it belongs. */
export interface WorkerProcessConfig extends WorkerLaunch {
  readonly type: 'config';
  /** Address of the scheduler. */
  readonly scheduler: string;
  /** The cluster's secret as text. Never logged. */
  readonly secret: string;
  /** With what certificates the worker and its peers are told apart from others; PEM texts. */
  readonly tls?: ConnectTls;
  /** The session name of the nanny, for the worker's hello; left out when nobody watches the worker. */
  readonly nanny?: string;
}

/** The scheduler knows the worker. */
export interface WorkerReady {
  readonly type: 'ready';
  readonly address: string;
}

/** The worker can't start and will end with a status other than 0. */
export interface WorkerFailed {
  readonly type: 'failed';
  readonly message: string;
  readonly code?: string;
  /** Starting again would not help (a wrong secret, a wrong version, a bad option). */
  readonly permanent?: boolean;
}

export type FromWorkerProcess = WorkerReady | WorkerFailed;

/** Reads what came over the channel; undefined for anything else (user code has no business there, but might try). */
export function asWorkerMessage(message: unknown): FromWorkerProcess | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, address, message: text } = message as Record<string, unknown>;
  if (type === 'ready' && typeof address === 'string') return message as WorkerReady;
  if (type === 'failed' && typeof text === 'string') return message as WorkerFailed;
  return undefined;
}
