/**
 * Where a cell asked for something that failed elsewhere: in the file system, in a module. No stack leads back from there.
 */
import { CellSyntaxError } from './typescript.js';

/** The stacks as they were: a module fails once, and whoever imports it again gets the same error. */
const original = new WeakMap<Error, string>();

/** Adds lines to an error's stack, unless it has them. */
export function addFrames(error: unknown, frames: string): unknown {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return error;
  const stack = original.get(error) ?? error.stack;
  if (frames === '' || stack.endsWith(frames)) return error;
  const [head = '', place = '', ...rest] = stack.split('\n');
  const added = error instanceof CellSyntaxError ? [head, place, frames, ...rest].join('\n') : `${stack}\n${frames}`;
  if (Reflect.set(error, 'stack', added)) original.set(error, stack);
  return error;
}
