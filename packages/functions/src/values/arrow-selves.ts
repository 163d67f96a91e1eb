/** The `this` around arrows that came here: of those that were written here nothing shows it. */
import type { AnyFunction } from '../any-function.js';

/** One for all copies of this package in a thread, as of what is shared: what one has made, another sends on. */
function selves(): WeakMap<AnyFunction, object> {
  const holder = globalThis as { [key: symbol]: WeakMap<AnyFunction, object> | undefined };
  return (holder[Symbol.for('covey.arrowSelves')] ??= new WeakMap());
}

/** Notes the `this` around an arrow that was made from its text. */
export function setSelf(arrow: AnyFunction, self: object): void {
  selves().set(arrow, self);
}

export function selfOf(arrow: AnyFunction): object | undefined {
  return selves().get(arrow);
}
