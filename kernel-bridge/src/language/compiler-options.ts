/**
 * How the notebook is checked: strictly, as modules that a bundler would resolve, with the running Node.js's library.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { librariesOf } from './libraries.js';

const require = createRequire(import.meta.url);

export function compilerOptions(typescript: typeof ts, folder: string): ts.CompilerOptions {
  return {
    target: typescript.ScriptTarget.ESNext,
    lib: librariesOf(globalThis),
    module: typescript.ModuleKind.ESNext,
    moduleResolution: typescript.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    typeRoots: typeRoots(folder),
    types: ['node'],
    // As cells are compiled.
    experimentalDecorators: true,
    paths: ownPackages(),
  };
}

function typeRoots(folder: string): string[] {
  const roots = [join(folder, 'node_modules', '@types')];
  const own = folderOf('@types/node');
  return own === undefined ? roots : [...roots, dirname(own)];
}

/** `covey` as it came with the kernel, for notebooks that have none of their own. */
function ownPackages(): Record<string, string[]> {
  const folder = folderOf('covey');
  return folder === undefined ? {} : { covey: [join(folder, 'lib', 'index.d.ts')] };
}

function folderOf(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
