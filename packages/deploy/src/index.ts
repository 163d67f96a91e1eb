/**
 * Clusters of Covey: launching, keeping, finding them: what its users see.
 */
export { Cluster } from './cluster.js';
export type { ClusterEvent, ClusterLogs } from './cluster.js';
export type { AdaptiveOptions } from './adaptive/adaptive.js';
export type { AdaptivePolicyOptions, AdaptiveRange } from './adaptive/adaptive-policy.js';
export { LocalCluster } from './local/local-cluster.js';
export type { LocalClusterOptions } from './local/local-cluster-options.js';
export { startCluster } from './keeper/start-cluster.js';
export type { StartClusterOptions } from './keeper/start-cluster.js';
export { listClusters, openCluster, RunningCluster, stopCluster } from './keeper/running-cluster.js';
export type { KeptClusterInfo } from './keeper/keeper-messages.js';
export type { ClusterEntry } from './registry/cluster-entry.js';
export type { ProcessIdentity } from './host/process-identity.js';
export { resolveTarget } from './resolve-target.js';
export type { ClusterLike, ResolvedTarget, ResolveOptions } from './resolve-target.js';
export { Configuration } from './config/configuration.js';
export type { ConfigurationSources } from './config/configuration.js';
export type { SettingName, SettingValue, SettingValues } from './config/settings.js';
export type { MemoryLimit } from './config/value-kinds.js';
export {
  ClusterClosedError,
  ClusterExistsError,
  ClusterNotFoundError,
  ClusterStartError,
  ConfigurationError,
  UnsafeFolderError,
} from './errors.js';
