/** Bundles the core alone, so that benchmarks run the code as it is now, without a build of everything. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The core's module. */
export async function loadCore() {
  const outfile = join(mkdtempSync(join(tmpdir(), 'covey-core-bench-')), 'core.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../src/core/core.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    // The few values that the core takes from the protocol, without the rest of it.
    alias: {
      '@covey/protocol': fileURLToPath(new URL('../../protocol/src/errors.ts', import.meta.url)),
      '@covey/protocol/internal': fileURLToPath(
        new URL('../../protocol/src/messages/scheduler-to-worker.ts', import.meta.url),
      ),
    },
  });
  return import(pathToFileURL(outfile).href);
}
