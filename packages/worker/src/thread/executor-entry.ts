/** What a thread has of Covey beside itself, for its tasks: loaded when one of them first asks for it. */
import { createRequire } from 'node:module';
import { NoExecutorError } from '@covey/protocol';
import type { ExecutorEntry } from '../task-context/in-task-context.js';

/** Loaded once: Node keeps it. @throws NoExecutorError */
export function loadExecutorEntry(path: string | null): ExecutorEntry {
  if (path === null) throw new NoExecutorError('this worker was started without an executor for its tasks');
  return createRequire(import.meta.url)(path) as ExecutorEntry;
}
