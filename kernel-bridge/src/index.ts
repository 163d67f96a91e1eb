/**
 * The TypeScript kernel for Jupyter: its place, and how front ends come to know it. Everything else happens in the
 * kernel's own process.
 */
export { kernelEntry, kernelNodeFlags } from './entry.js';
export { examine } from './install/doctor.js';
export type { Finding } from './install/doctor.js';
export { InstallError } from './install/errors.js';
export { installKernel, kernelSpec, uninstallKernel } from './install/kernel-spec.js';
export type { KernelSpec } from './install/kernel-spec.js';
export { installLabExtension, uninstallLabExtension } from './install/lab-extension.js';
export { userFolders } from './install/data-folders.js';
export type { InstallTarget } from './install/data-folders.js';
