/** One wake-up per turn of the event loop for all channels that have something to send. */

import { afterForce, critically } from '../shared/critical.js';

/** Runs functions at the end of the current turn. */
export type TurnEnd = (run: () => void) => void;

/** Gathers what is to run at the end of a turn; `schedule` has it all run then. */
export function gatherTurnEnds(schedule: (run: () => void) => void): TurnEnd {
  let waiting: (() => void)[] = [];
  /** Those of the turn that ends, and how many of them have begun. */
  let runs: (() => void)[] = [];
  let at = 0;
  const runAll = (): void => {
    runs = waiting;
    waiting = [];
    at = 0;
    try {
      while (at < runs.length) runs[at++]?.();
    } finally {
      // One threw (a listener of a user's, in a program that outlives such errors): the others' turn comes all the same.
      if (at < runs.length) {
        waiting = [...runs.slice(at), ...waiting];
        schedule(runAllWhole);
      }
      runs = [];
    }
  };
  const runAllWhole = (): void => critically(runAll);
  let isHeard = false;
  return (run) => {
    if (waiting.push(run) > 1) return;
    schedule(runAllWhole);
    if (isHeard) return;
    isHeard = true;
    // What was scheduled is forgotten with code that is ended by force, and so is what was being run; it may run again.
    afterForce(() => {
      waiting = [...runs.slice(Math.max(0, at - 1)), ...waiting];
      runs = [];
      if (waiting.length > 0) schedule(runAllWhole);
    });
  };
}

/**
 * After the input of this turn is handled, and before the loop waits: a message that came in now is answered in the same turn, and everything that one
 * turn wrote to a peer goes out in one frame.
 */
export const endOfTurn: TurnEnd = gatherTurnEnds((run) => void setImmediate(run));
