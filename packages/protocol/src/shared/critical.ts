/**
 * Code that must not be torn apart. A host that ends its user's code by force (a notebook's kernel, when a cell is
 * interrupted) would leave half a message behind, or a flag that nobody ever clears: what changes the state of a
 * connection says so here, and the host waits for its end. Anywhere else this is nothing but a call.
 *
 * The host stands under a global symbol, since host and program may have copies of this package of their own.
 */

export interface CriticalSections {
  enter(): void;
  leave(): void;
  /** Called after code was ended by force, outside of all code of the user's: what was lost with it is done again. */
  readonly repairs: Set<() => void>;
}

const KEY = Symbol.for('covey.critical');

function sections(): CriticalSections | undefined {
  return (globalThis as Record<symbol, CriticalSections | undefined>)[KEY];
}

/** Whether a host may end code by force here: between two callbacks, what one of them was given can be lost. */
export function mayBeTorn(): boolean {
  return sections() !== undefined;
}

/** Runs something short that isn't torn apart. */
export function critically<T>(run: () => T): T {
  const host = sections();
  if (host === undefined) return run();
  host.enter();
  try {
    return run();
  } finally {
    host.leave();
  }
}

/** Has `repair` called after each end by force; answers how to stop. */
export function afterForce(repair: () => void): () => void {
  const host = sections();
  host?.repairs.add(repair);
  return () => void host?.repairs.delete(repair);
}
