/** Where the module is that gives an executor to tasks on workers: launchers pass it on, since workers know no executor. */
import { createRequire } from 'node:module';

/**
 * The path of the module; undefined where the executor's bundle is not installed: then tasks that ask for an executor are
 * told so, and others run.
 */
export function inTaskExecutorEntry(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@covey/executor/bundle/in-task.cjs');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}
