/**
 * Covey in a compute thread, bundled to one file: the executor of its tasks, and what they get that import `covey`. Both are of one
 * copy, so that `asCompleted(getExecutor().map(…))` and `future instanceof Future` mean the same in a task as outside.
 */
import { connectInTask as connect } from '@covey/executor/internal';
import type { InTaskContext } from '@covey/executor/internal';
import * as covey from './index.js';

export { covey };

export function connectInTask(context: InTaskContext): ReturnType<typeof connect> {
  return connect(context, covey.Executor);
}
