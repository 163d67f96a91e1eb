/**
 * Lets the protocol thread collect this thread's garbage, through V8's inspector: only then is it known how much of a full
 * heap lives.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Where the function is kept: the key of a symbol that all contexts share. */
export const COLLECT = 'covey.kernel.collect-garbage';

export function provideCollector(): void {
  let collect: (() => void) | undefined;
  Object.defineProperty(globalThis, Symbol.for(COLLECT), {
    value: () => {
      if (collect === undefined) {
        setFlagsFromString('--expose-gc');
        collect = runInNewContext('gc') as () => void;
      }
      collect();
    },
  });
}
