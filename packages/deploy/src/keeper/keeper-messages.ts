/** What a launcher and a keeper tell each other over IPC while the cluster starts, and what anybody may ask of a keeper later. */
import type { Call, WorkerInfo } from '@covey/protocol/internal';
import type { AdaptiveRange } from '../adaptive/adaptive-policy.js';
import type { ClusterEntry } from '../registry/cluster-entry.js';

/** The first thing a keeper hears. When the launcher goes before the cluster is ready, the keeper gives up. */
export interface KeepRequest {
  readonly type: 'keep';
  readonly name: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly idleTimeoutMs?: number;
  /** The folder of the registry's home. */
  readonly home: string;
  readonly logFile: string;
}

export type FromKeeper =
  /** The cluster runs and can be found. */
  | { readonly type: 'ready'; readonly entry: ClusterEntry }
  /** It could not be started; the keeper ends. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string };

/** A kept cluster at a moment. */
export interface KeptClusterInfo {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  readonly requested: number;
  readonly adaptive: AdaptiveRange | null;
  readonly workers: readonly WorkerInfo[];
  readonly clients: number;
}

/** What may be asked of a keeper through its control socket. */
export interface KeeperCalls {
  info: Call<null, KeptClusterInfo>;
  /** Ends scaling by what there is to do. */
  scale: Call<{ readonly workers: number }, null>;
  /** Scales by what there is to do; null ends that. */
  adapt: Call<{ readonly range: AdaptiveRange | null }, null>;
  /** Answered before the cluster ends: its end is seen by the end of the keeper. */
  stop: Call<null, null>;
  logs: Call<null, Readonly<Record<string, readonly string[]>>>;
}
