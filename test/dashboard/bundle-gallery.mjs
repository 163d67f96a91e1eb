/** Bundles a page of the dashboard for a browser; `node bundle-gallery.mjs SOURCE OUTPUT`. */
import { build } from 'esbuild';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [source = 'packages/dashboard/src/testing/gallery.ts', outfile] = process.argv.slice(2);

await build({
  absWorkingDir: root,
  entryPoints: [source],
  outfile,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  alias: { '@covey/protocol/bridge': join(root, 'packages/protocol/src/bridge/index.ts') },
  logLevel: 'warning',
});
