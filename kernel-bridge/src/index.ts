/**
 * The TypeScript kernel for Jupyter: where its entry is. Everything else happens in the kernel's own process.
 */
export { kernelEntry } from './entry.js';
