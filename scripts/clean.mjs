/** Removes everything that a build writes. */
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const built = ['kernel-bridge/lib', 'kernel-bridge/bundle', 'labextension/lib', 'labextension/labextension'];
built.push('examples/lib', 'test/.types', 'coverage');
for (const folder of readdirSync(new URL('packages/', root)))
  built.push(`packages/${folder}/lib`, `packages/${folder}/bundle`);
for (const path of built) rmSync(fileURLToPath(new URL(path, root)), { recursive: true, force: true });
