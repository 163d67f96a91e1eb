/**
 * What the sibling packages need of `@covey/deploy` beyond its public names. No promise is made about it to anyone else.
 */
export { Registry } from './registry/registry.js';
export type { RegistryOptions } from './registry/registry.js';
export { RegistryWatch } from './registry/registry-watch.js';
export { coveyHome, privateFolder, writePrivateFile } from './host/private-folder.js';
export { localAddressTowards } from './host/local-address.js';
export { hostLimits, workerMemory } from './host/host-limits.js';
export { configurationFile } from './config/configuration.js';
export { configurationPage } from './config/configuration-page.js';
export { environmentNameOf, flagOf, settingNames, settingOf, settings } from './config/settings.js';
export { duration, integer, memoryLimit, resources, text } from './config/value-kinds.js';
export type { ValueKind } from './config/value-kinds.js';
export { clusterKinds, kindForms } from './keeper/cluster-kinds.js';
export { bundledEntry } from './host/bundled-entry.js';
export { readTlsFiles, tlsFilesOf } from './config/tls-files.js';
export { configuredSecret } from './resolve-target.js';
export { checkClusterName, inventName, isClusterName } from './names.js';
export { askScheduler } from './ask-scheduler.js';
export type { SchedulerAccess } from './ask-scheduler.js';
export { cancelTasks } from './cancel-tasks.js';
export { freeName } from './keeper/start-cluster.js';
