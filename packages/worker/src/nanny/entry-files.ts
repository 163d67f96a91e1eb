/**
 * Where the bundled entries of this package are: beside the sources, the compiled files or another bundle alike, also when
 * this module was itself bundled into another package's entry.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The script of the nanny process, to be spawned with an IPC channel. */
export function nannyEntry(): string {
  return bundledEntry('nanny.cjs');
}

/** The script of the worker process. */
export function workerEntry(): string {
  return bundledEntry('worker.cjs');
}

/** The script of the compute thread. */
export function threadEntry(): string {
  return bundledEntry('thread.cjs');
}

function bundledEntry(file: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const path of [join(here, file), join(here, '..', '..', 'bundle', file)]) if (existsSync(path)) return path;
  return createRequire(import.meta.url).resolve(`@covey/worker/bundle/${file}`);
}
