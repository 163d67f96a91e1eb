/**
 * Lets the connections to clusters say which of their code must not be torn apart by an interrupt, and has them mend what
 * one took from them.
 */
import type { CriticalSections } from '@covey/protocol/internal';
import type { Flags } from '../channel/flags.js';

export interface Repairs {
  /** After code was ended by force. */
  readonly repair: () => void;
}

export function provideCriticalSections(flags: Flags): Repairs {
  const repairs = new Set<() => void>();
  const sections: CriticalSections = {
    enter: () => flags.enterCritical(),
    leave: () => flags.leaveCritical(),
    repairs,
  };
  Object.defineProperty(globalThis, Symbol.for('covey.critical'), { value: sections });
  // What mends may have to be mended itself the next time: it is not run now.
  return { repair: () => [...repairs].forEach((mend) => mend()) };
}
