/**
 * Bundles the entry of each kind of process into one file, so that a process starts without resolving and reading
 * hundreds of modules. Bundles are made from the sources of all packages: no compiled `lib/` is needed first.
 */
import { build } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every process entry: from the source to the file that is spawned. */
const entries = [
  ['packages/scheduler/src/server/main.ts', 'packages/scheduler/bundle/scheduler.cjs'],
  ['packages/worker/src/process/main.ts', 'packages/worker/bundle/worker.cjs'],
  ['packages/worker/src/thread/main.ts', 'packages/worker/bundle/thread.cjs'],
  ['packages/worker/src/nanny/main.ts', 'packages/worker/bundle/nanny.cjs'],
  ['packages/deploy/src/keeper/main.ts', 'packages/deploy/bundle/keeper.cjs'],
];

/** Native accelerators of `ws` and `msgpackr`: used where they are installed, never needed. */
const optionalNatives = ['bufferutil', 'utf-8-validate', 'msgpackr-extract'];

/** Both doors of every package, led to their sources. */
function sourcesOfPackages() {
  const alias = {};
  for (const folder of readdirSync(join(root, 'packages'))) {
    const name = folder === 'covey' ? 'covey' : `@covey/${folder}`;
    for (const [door, file] of [
      [`${name}/internal`, 'internal.ts'],
      [name, 'index.ts'],
    ]) {
      const source = join(root, 'packages', folder, 'src', file);
      if (existsSync(source)) alias[door] = source;
    }
  }
  return alias;
}

async function bundle(source, output, alias) {
  const { warnings } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: output,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    minify: false,
    keepNames: false,
    alias,
    external: optionalNatives,
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: {
      'import.meta.url': '__importMetaUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error(`${source}: esbuild warns (above); a bundle must be free of warnings`);
}

const alias = sourcesOfPackages();
const present = entries.filter(([source]) => {
  if (existsSync(join(root, source))) return true;
  console.log(`bundle: skipped ${source} (no such file)`);
  return false;
});
const results = await Promise.allSettled(present.map(([source, output]) => bundle(source, output, alias)));
for (const [i, result] of results.entries()) {
  if (result.status === 'fulfilled') {
    console.log(`bundle: ${present[i][1]}`);
  } else {
    console.error(`bundle: ${present[i][0]} failed: ${result.reason.message}`);
    process.exitCode = 1;
  }
}
