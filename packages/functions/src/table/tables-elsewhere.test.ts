/**
 * The same tables outside of jest, as loaders and compilers give their modules: one by one, as CommonJS, for old engines,
 * with names kept, minified.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { esbuild, packageRoot } from '../testing/child-process.js';

const source = join(packageRoot, 'src');
const isTable = /^table[/\\](?!tables-elsewhere).*\.test\.ts$/;

interface Report {
  readonly rows: number;
  readonly failures: readonly string[];
}

/** Older engines have no fields and private members: their compilers make constructors and weak maps of them, which hide less. */
const notOfOldEngines = /a method with private members, alone|the computed name of a field/;
/** There, a default import of CommonJS is `module.exports`, whatever it says about itself. */
const notOfCommonJs = /a default export|members of a namespace/;
const never = /(?!)/;

describe('the tables in plain modules', () => {
  let root: string;
  let child: string;

  beforeAll(() => {
    // Below node_modules, so that bare imports resolve and nobody takes the copies for sources.
    const cache = join(process.cwd(), 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    root = mkdtempSync(join(cache, 'covey-functions-'));
    child = join(root, 'child.cjs');
    esbuild({ entryPoints: [join(source, 'testing', 'child.ts')], bundle: true, format: 'cjs', outfile: child });
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  function run(options: Readonly<Record<string, unknown>>): Report {
    const directory = mkdtempSync(join(root, 'modules-'));
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    const entryPoints = files
      .filter((name) => name.endsWith('.ts') && (!name.endsWith('.test.ts') || isTable.test(name)))
      .map((name) => join(source, name));
    esbuild({ entryPoints, outdir: directory, outbase: source, ...options });
    const type = options['format'] === 'cjs' ? 'commonjs' : 'module';
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ type }));
    const tables = files.filter((name) => isTable.test(name)).map((name) => join(directory, name.replace(/ts$/, 'js')));
    const output = execFileSync(process.execPath, [join(directory, 'testing', 'table-runner.js'), ...tables], {
      env: { ...process.env, COVEY_TEST_CHILD: child },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(output) as Report;
  }

  it.each([
    ['transformed file by file', { format: 'esm' }, never],
    [
      'as CommonJS',
      { format: 'cjs', define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '__filename' } },
      notOfCommonJs,
    ],
    [
      'compiled for engines of 2018',
      {
        format: 'esm',
        target: 'es2018',
        keepNames: true,
        supported: { 'dynamic-import': true, 'import-meta': true, bigint: true },
      },
      notOfOldEngines,
    ],
    ['with names kept', { format: 'esm', keepNames: true }, never],
    ['minified', { format: 'esm', minifySyntax: true, minifyWhitespace: true, keepNames: true }, never],
  ])(
    '%s',
    (_how, options, except) => {
      const { rows, failures } = run(options);
      expect(failures.filter((failure) => !except.test(failure))).toEqual([]);
      expect(rows).toBeGreaterThan(200);
    },
    300_000,
  );
});
