/**
 * Where the bundled entries of processes and tasks are. They are found by their path and not by importing the packages that hold them:
 * a program that starts a cluster need not load a scheduler and a worker itself.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const ENTRIES = {
  scheduler: ['scheduler', 'scheduler.cjs'],
  nanny: ['worker', 'nanny.cjs'],
  keeper: ['deploy', 'keeper.cjs'],
  'covey in threads': ['deploy', 'in-thread.cjs'],
} as const;

/**
 * The path of an entry.
 * @throws an error of Node's module resolution when the package that holds it is not installed, or was not built.
 */
export function bundledEntry(name: keyof typeof ENTRIES): string {
  const [folder, file] = ENTRIES[name];
  // Siblings in a folder of packages, as npm installs them and as they are in the repository.
  const beside = fileURLToPath(new URL(`../../../${folder}/bundle/${file}`, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`@covey/${folder}/bundle/${file}`);
}
