/**
 * Where the bundled entries of processes and tasks are. They are found by their path and not by importing the packages that hold them:
 * a program that starts a cluster need not load a scheduler and a worker itself.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ClusterStartError } from '../errors.js';

const ENTRIES = {
  scheduler: ['scheduler', 'scheduler.cjs'],
  nanny: ['worker', 'nanny.cjs'],
  keeper: ['deploy', 'keeper.cjs'],
  'covey in threads': ['deploy', 'in-thread.cjs'],
} as const;

/**
 * The path of an entry.
 * @throws ClusterStartError when the package that holds it is not found from here, as where a program was bundled with Covey in it and moved.
 */
export function bundledEntry(name: keyof typeof ENTRIES): string {
  const [folder, file] = ENTRIES[name];
  // Siblings in a folder of packages, as npm installs them and as they are in the repository.
  // A program that somebody bundled to CommonJS has no URL.
  const here = (import.meta.url as string | undefined) ?? pathToFileURL(__filename).href;
  // From the bundle of this package, and from its sources.
  for (const up of ['../..', '../../..']) {
    const beside = fileURLToPath(new URL(`${up}/${folder}/bundle/${file}`, here));
    if (existsSync(beside)) return beside;
  }
  try {
    return createRequire(here).resolve(`@covey/${folder}/bundle/${file}`);
  } catch (cause) {
    throw new ClusterStartError(
      `Covey's own files are not found from ${fileURLToPath(here)} (@covey/${folder}/bundle/${file}): leave 'covey' out of the bundle of your program, and install it beside`,
      { cause },
    );
  }
}
