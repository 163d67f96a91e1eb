/**
 * Ends a kernel whose front end died without saying so: the process that started it is then no longer its parent, or
 * there is none any more of the number that Jupyter gave.
 */
import type { Starter } from '../channel/starter.js';

const INTERVAL_MS = 1000;

export function watchParent({ parent, named }: Starter, onGone: (pid: number) => void): void {
  const look = (): void => {
    if (process.ppid !== parent) onGone(parent);
    else if (named !== undefined && !exists(named)) onGone(named);
    else setTimeout(look, INTERVAL_MS).unref();
  };
  look();
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
