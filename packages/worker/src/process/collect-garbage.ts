/** Runs V8's collector in this thread: what shared buffers were let go comes back only so, since V8 feels no pressure from them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | undefined;

/** A full collection; milliseconds, since this thread's heap is small. */
export function collectGarbage(): void {
  if (collector === undefined) {
    // V8 shows its collector only to contexts made after the flag is set.
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
