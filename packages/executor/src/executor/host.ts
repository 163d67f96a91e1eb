/**
 * What a program runs in (a notebook's kernel) may say how its user's executors are connected. It stands under a global symbol, since
 * the host and the program may have copies of this package of their own.
 */
import type { TaskOutputHandling } from '../output/task-output.js';

/** Set as `globalThis[Symbol.for('covey.host')]` by whoever runs other people's code. */
export interface ExecutorHost {
  /** For connections that don't say themselves what becomes of the output of their tasks. */
  readonly output?: TaskOutputHandling;
  /** Called at each submission; see `TaskOutputEvent.origin`. */
  readonly origin?: () => unknown;
  /** Called around each wait for results. */
  readonly aroundWait?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** The cluster that was chosen around the program, for connections that name none. */
  readonly cluster?: () => { readonly name: string; readonly why: string } | undefined;
}

export function executorHost(): ExecutorHost {
  return (globalThis as Record<symbol, ExecutorHost | undefined>)[Symbol.for('covey.host')] ?? {};
}
