/** A program that was bundled with Covey in it: where Covey is installed too it runs, elsewhere it says what to do. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Sandbox } from '../support/sandbox.js';

const root = join(__dirname, '../..');
const program = `
  import { Executor, LocalCluster } from 'covey';
  const main = async () => {
    const cluster = await LocalCluster.create({ workers: 1 });
    const executor = await Executor.connect(cluster);
    console.log(await executor.submit((x) => x + 1, 1).result());
    await executor.close();
    await cluster.close();
  };
  main().catch((error) => console.log(error.code, error.message));
`;

test.each(['cjs', 'esm'] as const)('as %s', async (format) => {
  const sandbox = new Sandbox();
  const installed = mkdtempSync(join(root, 'test', '.bundled-'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'covey-bundled-'));
  try {
    const require = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;
    const run = async (folder: string): Promise<string> => {
      const outfile = join(folder, format === 'cjs' ? 'program.cjs' : 'program.mjs');
      await build({
        stdin: { contents: program, resolveDir: root },
        ...{ outfile, format, bundle: true, platform: 'node', logLevel: 'silent' },
        ...(format === 'esm' && { banner: { js: require } }),
      });
      return (await promisify(execFile)(process.execPath, [outfile], { env: sandbox.environment })).stdout;
    };
    expect(await run(installed)).toBe('2\n');
    expect(await run(elsewhere)).toMatch(/^ERR_COVEY_CLUSTER_START .*leave 'covey' out of the bundle/);
    await sandbox.expectNothingLeft();
  } finally {
    for (const folder of [installed, elsewhere]) rmSync(folder, { recursive: true });
  }
});
