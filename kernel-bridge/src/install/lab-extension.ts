/**
 * The JupyterLab extension, put in place beside the kernel. It is a package of its own, built once for every JupyterLab 4;
 * where it is not installed, the kernel works without it.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder } from './data-folders.js';
import type { InstallTarget } from './data-folders.js';
import { InstallError } from './errors.js';

/** By which JupyterLab knows it: also its folder below `labextensions/`. */
export const LAB_EXTENSION_NAME = '@covey/labextension';

const require = createRequire(import.meta.url);

/** The built extension: of the installed package, or of this clone. Nothing when there is none. */
export function labExtensionSource(): string | undefined {
  return candidates().find((folder) => existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'static')));
}

export function labExtensionFolder(target: InstallTarget): string {
  return join(dataFolder(target), 'labextensions', LAB_EXTENSION_NAME);
}

/**
 * Copies the extension, over an older one.
 * @returns its folder, or nothing when the extension's package is not installed.
 */
export function installLabExtension(target: InstallTarget = {}): string | undefined {
  const source = labExtensionSource();
  if (source === undefined) return undefined;
  const folder = labExtensionFolder(target);
  const fresh = `${folder}.new`;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    rmSync(fresh, { recursive: true, force: true });
    cpSync(source, fresh, { recursive: true });
    const install = {
      packageManager: 'npm',
      packageName: LAB_EXTENSION_NAME,
      uninstallInstructions: 'Run covey jupyter uninstall.',
    };
    writeFileSync(join(fresh, 'install.json'), `${JSON.stringify(install, undefined, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (error) {
    throw new InstallError(`The JupyterLab extension can't be written to ${folder}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return folder;
}

/**
 * Takes the extension away.
 * @returns its folder, or nothing when there was none.
 */
export function uninstallLabExtension(target: InstallTarget = {}): string | undefined {
  const folder = labExtensionFolder(target);
  if (!existsSync(folder)) return undefined;
  rmSync(folder, { recursive: true });
  return folder;
}

/** The version of an extension in a folder, if one is there and is readable. */
export function labExtensionVersion(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function candidates(): string[] {
  const inClone = fileURLToPath(new URL('../../../labextension/labextension/', import.meta.url));
  try {
    return [join(dirname(require.resolve(`${LAB_EXTENSION_NAME}/package.json`)), 'labextension'), inClone];
  } catch {
    return [inClone];
  }
}
