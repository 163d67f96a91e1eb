/** What the ops of all kinds of coordination objects have in common. */
import { CoordinationError } from '@covey/protocol';
import type { Fields } from '../fields.js';
import type { Caller } from './waits.js';

/** One op on one object, its arguments ready to be read. */
export interface Op {
  readonly caller: Caller;
  readonly name: string;
  readonly op: string;
  readonly args: Fields;
}

/** Forgets an object that has nothing left to remember. */
export function forgetIdle<Thing extends { readonly isIdle: boolean }>(
  things: Map<string, Thing>,
  name: string,
  thing: Thing,
): void {
  if (thing.isIdle && things.get(name) === thing) things.delete(name);
}

export function noSuchOp(kind: string, op: string): CoordinationError {
  return new CoordinationError(`a ${kind} has no op '${op}'`);
}
