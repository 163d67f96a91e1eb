/**
 * All kinds of errors that Covey throws on purpose. Most register themselves where their class is declared; the rest come from code
 * that must stay free of imports: what ships functions knows nobody, and what tasks load knows less.
 */
import { functionsErrorKinds } from '@covey/functions';
import { errorKinds as declaredKinds } from '@covey/protocol';
import { notInTaskKind } from '@covey/worker';
import type { ErrorKind } from '@covey/protocol';

/** All kinds, ordered by code: the source of the reference page of errors. */
export function errorKinds(): readonly ErrorKind[] {
  const all = [...declaredKinds(), ...functionsErrorKinds, notInTaskKind];
  return all.sort((a, b) => (a.code < b.code ? -1 : 1));
}
