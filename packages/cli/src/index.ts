/**
 * The covey command: what its users see.
 */
export { runCli } from './program.js';
export type { InterruptSignal, Terminal } from './terminal.js';
