/**
 * Has garbage collected before long: only the collector knows whether somebody still holds a future, and by itself it may not
 * look for minutes.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;
let isPlanned = false;

export function collectSoon(): void {
  if (isPlanned) return;
  isPlanned = true;
  // What the running turn still has on its stack is let go first.
  setTimeout(() => {
    isPlanned = false;
    collect ??= exposedCollector();
    collect();
  }, 50).unref();
}

function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
