/**
 * The first capture of a process makes V8's inspector, asks it for all scripts, and compiles the parser: a tenth of a second
 * on a slow machine. A client that waits for its cluster anyway does it then.
 */
import { captureFunction } from './capture-function.js';

/** Makes the next capture as quick as any later one. Synchronous; does nothing the second time. */
export function prepareCapture(): void {
  captureFunction(nothing);
}

/** Captures nothing, so that it is captured once. */
function nothing(): void {
  return undefined;
}
