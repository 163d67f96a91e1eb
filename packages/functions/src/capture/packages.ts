/**
 * Which installed package a file belongs to. A package is a folder below `node_modules` with a `package.json`; everything
 * else is the user's own.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PackageFile {
  readonly name: string;
  readonly version: string;
  /** The package's folder. */
  readonly directory: string;
}

const manifests = new Map<string, { readonly name: string; readonly version: string } | undefined>();

function manifestIn(directory: string): { readonly name: string; readonly version: string } | undefined {
  if (manifests.has(directory)) return manifests.get(directory);
  let manifest: { readonly name: string; readonly version: string } | undefined;
  try {
    const parsed = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Record<string, unknown>;
    if (typeof parsed['name'] === 'string') {
      manifest = { name: parsed['name'], version: typeof parsed['version'] === 'string' ? parsed['version'] : '' };
    }
  } catch (error) {
    // A folder without a readable manifest is no package.
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  }
  manifests.set(directory, manifest);
  return manifest;
}

/** `lodash/fp` → `lodash`; `@scope/name/x` → `@scope/name`; nothing for relative paths, URLs and `#imports`. */
export function packageNameOf(specifier: string): string | undefined {
  const match = /^(@[^/]+\/[^/]+|[^@./#][^/:]*)(?:\/|$)/.exec(specifier);
  return match?.[1];
}

/** The package with a name as a file in a folder would find it. */
export function findPackage(name: string, fromDirectory: string): PackageFile | undefined {
  for (let directory = fromDirectory; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    const manifest = manifestIn(candidate);
    if (manifest !== undefined) return { name, version: manifest.version, directory: candidate };
    if (dirname(directory) === directory) return undefined;
  }
}

/** The installed package that a file lies in, and its path in there. */
export function packageOfFile(path: string): (PackageFile & { readonly file: string }) | undefined {
  const at = path.lastIndexOf(`${sep}node_modules${sep}`);
  if (at < 0) return undefined;
  const parts = path.slice(at + `${sep}node_modules${sep}`.length).split(sep);
  const name = parts[0]?.startsWith('@') === true ? `${parts[0]}/${parts[1] ?? ''}` : (parts[0] ?? '');
  const directory = join(path.slice(0, at), 'node_modules', name);
  const manifest = manifestIn(directory);
  if (manifest === undefined) return undefined;
  return { name, version: manifest.version, directory, file: relative(directory, path).split(sep).join('/') };
}

/** The path of a script's URL, if it is a file. */
export function pathOfUrl(url: string): string | undefined {
  if (url.startsWith('file:')) return fileURLToPath(url);
  return url.startsWith('/') || /^[A-Za-z]:[\\/]/.test(url) ? url : undefined;
}
