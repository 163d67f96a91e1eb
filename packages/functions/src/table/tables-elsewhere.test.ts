/**
 * The same tables outside of jest: as plain ES modules, one file each as a loader would give them, and as a loader with
 * helpers gives them (`keepNames`, older syntax, minified).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { esbuild, packageRoot } from '../testing/child-process.js';

const source = join(packageRoot, 'src');

interface Report {
  readonly rows: number;
  readonly failures: readonly string[];
}

function run(options: Readonly<Record<string, unknown>>): Report {
  // Below node_modules, so that bare imports resolve and nobody takes the copies for sources.
  const cache = join(process.cwd(), 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'covey-functions-'));
  try {
    const tables = readdirSync(join(source, 'table')).filter(
      (name) => name.endsWith('.test.ts') && !name.startsWith('tables'),
    );
    const all = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const entryPoints = all.filter(
      (name) => !name.endsWith('.test.ts') || tables.some((table) => name.endsWith(table)),
    );
    esbuild({
      entryPoints: entryPoints.map((name) => join(source, name)),
      outdir: directory,
      outbase: source,
      ...options,
    });
    writeFileSync(
      join(directory, 'package.json'),
      JSON.stringify({ type: options['format'] === 'cjs' ? 'commonjs' : 'module' }),
    );
    const child = join(directory, 'child.cjs');
    esbuild({ entryPoints: [join(source, 'testing', 'child.ts')], bundle: true, format: 'cjs', outfile: child });
    const output = execFileSync(
      process.execPath,
      [
        join(directory, 'testing', 'table-runner.js'),
        ...tables.map((name) => join(directory, 'table', name.replace(/ts$/, 'js'))),
      ],
      {
        env: { ...process.env, COVEY_TEST_CHILD: child },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return JSON.parse(output) as Report;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Older engines have no private members: their compilers keep them in weak maps, which may leave the class. */
const notOfOldEngines = /a method with private members, alone/;

/** There, a default import of CommonJS is `module.exports`, whatever it says about itself. */
const notOfCommonJs = /a default export|members of a namespace/;

describe('the tables in plain modules', () => {
  it.each([
    ['transformed file by file', { format: 'esm' }, undefined],
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
    ['with names kept', { format: 'esm', keepNames: true }, undefined],
    ['minified', { format: 'esm', minifySyntax: true, minifyWhitespace: true, keepNames: true }, undefined],
  ])(
    '%s',
    (_how, options, except) => {
      const { rows, failures } = run(options);
      expect(failures.filter((failure) => except?.test(failure) !== true)).toEqual([]);
      expect(rows).toBeGreaterThan(120);
    },
    120_000,
  );
});
