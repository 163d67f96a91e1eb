/**
 * The kernelspec: how front ends start this kernel. Written whole or not at all, and found again by what is in it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelEntry, kernelNodeFlags } from '../entry.js';
import { dataFolder } from './data-folders.js';
import type { InstallTarget } from './data-folders.js';
import { InstallError } from './errors.js';

/** The folder's name, by which front ends and notebooks know the kernel. */
export const KERNEL_NAME = 'covey';

export interface KernelSpec {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: 'message';
  readonly metadata: Readonly<Record<string, unknown>>;
}

const logos = ['logo-32x32.png', 'logo-64x64.png', 'logo-svg.svg'];

/** @throws {InstallError} when the kernel lies where it will not stay. */
export function kernelSpec(entry = kernelEntry(), node = process.execPath): KernelSpec {
  if (entry.split(sep).includes('_npx')) {
    throw new InstallError(
      `The kernel runs from npx's cache (${entry}), which npm empties. Install it first, with \`npm install --global covey @covey/kernel\` or into a project, and run \`covey jupyter install\` from there.`,
    );
  }
  if (!existsSync(entry))
    throw new InstallError(`The kernel's program ${entry} is missing. In a clone, run \`npm run build\`.`);
  return {
    argv: [node, ...kernelNodeFlags, entry, '{connection_file}'],
    // Large results arrive in fresh memory: with large pages its first touch costs a fraction. Other C libraries ignore this.
    env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' },
    display_name: 'TypeScript (Covey)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { debugger: true },
  };
}

export function kernelFolder(target: InstallTarget): string {
  return join(dataFolder(target), 'kernels', KERNEL_NAME);
}

/**
 * Writes the kernelspec, over an older one.
 * @returns its folder.
 */
export function installKernel(target: InstallTarget = {}): string {
  const spec = kernelSpec();
  const folder = kernelFolder(target);
  try {
    mkdirSync(folder, { recursive: true });
    const assets = fileURLToPath(new URL('../../assets/', import.meta.url));
    for (const logo of logos) copyFileSync(join(assets, logo), join(folder, logo));
    const file = join(folder, 'kernel.json');
    writeFileSync(`${file}.new`, `${JSON.stringify(spec, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new InstallError(`The kernel can't be written to ${folder}: ${(error as Error).message}`, { cause: error });
  }
  return folder;
}

/**
 * Takes the kernelspec away.
 * @returns its folder, or nothing when there was none.
 */
export function uninstallKernel(target: InstallTarget = {}): string | undefined {
  const folder = kernelFolder(target);
  if (readSpec(folder) === undefined) return undefined;
  rmSync(folder, { recursive: true });
  return folder;
}

/** The kernelspec in a folder, if one is there and is readable. */
export function readSpec(folder: string): Partial<KernelSpec> | undefined {
  try {
    const spec: unknown = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
    return typeof spec === 'object' && spec !== null ? spec : undefined;
  } catch {
    return undefined;
  }
}
