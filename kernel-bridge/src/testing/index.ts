/**
 * What tests and scripts need of the kernel from outside: a front end, and a way to run notebooks without a person.
 */
export { KernelClient, parentOf, printed, shown } from './kernel-client.js';
export type { Executed } from './kernel-client.js';
export { linesOf, runNotebook, textOf } from './run-notebook.js';
export type { Cell, Notebook, NotebookRun } from './run-notebook.js';
