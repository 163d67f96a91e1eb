/** One wake-up per turn of the event loop for all channels that have something to send. */

/** Runs functions at the end of the current turn. */
export type TurnEnd = (run: () => void) => void;

let waiting: (() => void)[] = [];

/**
 * After the input of this turn is handled, and before the loop waits: a message that came in now is answered in the same turn, and everything that one
 * turn wrote to a peer goes out in one frame.
 */
export const endOfTurn: TurnEnd = (run) => {
  if (waiting.push(run) === 1) setImmediate(flushWaiting);
};

function flushWaiting(): void {
  const runs = waiting;
  waiting = [];
  for (const run of runs) run();
}
