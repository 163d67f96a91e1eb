/**
 * What a child process wrote to the kernel's descriptors comes before what the cell prints after the child has ended:
 * the protocol thread is told where in the order that is.
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createRequire, syncBuiltinESMExports } from 'node:module';

type Spawning = (this: ChildProcess, options: SpawnOptions) => unknown;

export function markChildOutput(mark: () => void): void {
  const children = createRequire(import.meta.url)('node:child_process') as Record<
    string,
    (...args: unknown[]) => unknown
  > & { ChildProcess: { prototype: { spawn: Spawning } } };
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const original = children[name];
    if (original === undefined) continue;
    const marking = (...args: unknown[]): unknown => {
      try {
        return original(...args);
      } finally {
        mark();
      }
    };
    children[name] = Object.defineProperty(marking, 'name', { value: name });
  }
  const { prototype } = children.ChildProcess;
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    // First of all listeners, since nobody else has the child yet.
    this.once('exit', mark);
    return spawn.call(this, options);
  };
  syncBuiltinESMExports();
}
