/** Where the file is that a scheduler's process runs. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The bundled entry of a scheduler's process, for `fork` or `spawn` with an IPC channel; see `scheduler-ipc.ts` for what is said over it.
 * It is found beside this package's own code, or, when this code is itself part of a bundle, through the package's name.
 */
export function schedulerEntry(): string {
  for (const place of ['scheduler.cjs', '../../bundle/scheduler.cjs']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  return createRequire(import.meta.url).resolve('@covey/scheduler/bundle/scheduler.cjs');
}
