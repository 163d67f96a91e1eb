/**
 * The file that a front end runs with Node.
 */
import { fileURLToPath } from 'node:url';

/** The absolute path of the kernel's process entry. */
export function kernelEntry(): string {
  return fileURLToPath(new URL('../bundle/kernel.cjs', import.meta.url));
}

/** What Node must be told: without this flag, ending a timer's code by an interrupt aborts the process. */
export const kernelNodeFlags: readonly string[] = ['--no-force-async-hooks-checks'];
