/**
 * `covey jupyter doctor`: what is found, what is wrong, and what to do about it.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { kernelEntry } from '../entry.js';
import { jupyterDataFolders, outputOf, userDataFolder } from './data-folders.js';
import { KERNEL_NAME, readSpec } from './kernel-spec.js';

export interface Finding {
  readonly isFine: boolean;
  readonly what: string;
  /** What to do, when it isn't fine. */
  readonly remedy?: string;
}

const require = createRequire(import.meta.url);
/** The Python that finds Node.js and the kernel, where pip installed the kernelspec. */
const WHEEL_MODULE = 'covey_jupyter';

export function examine(): Finding[] {
  return [...examineNode(), ...examineNatives(), ...examineJupyter(), ...examineSpecs()];
}

function examineNode(): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isFine = major > 20 || (major === 20 && minor >= 19);
  const what = `Node.js ${process.versions.node} (${process.execPath})`;
  return [isFine ? { isFine, what } : { isFine, what, remedy: 'Use Node.js 20.19 or newer.' }];
}

function examineNatives(): Finding[] {
  const findings = ['zeromq', 'oxc-transform'].map((name): Finding => {
    try {
      require(name);
      return { isFine: true, what: `${name} loads` };
    } catch (error) {
      const what = `${name} does not load: ${(error as Error).message.split('\n')[0] ?? ''}`;
      return { isFine: false, what, remedy: `Install again, with optional packages: npm install @covey/kernel` };
    }
  });
  const entry = kernelEntry();
  const kernel: Finding = existsSync(entry)
    ? { isFine: true, what: `the kernel's program is ${entry}` }
    : { isFine: false, what: `the kernel's program ${entry} is missing`, remedy: 'In a clone, run npm run build.' };
  return [...findings, kernel];
}

function examineJupyter(): Finding[] {
  const versions = outputOf('jupyter', ['--version']);
  if (versions === undefined) {
    const remedy = 'Install JupyterLab 4, for instance with pip install jupyterlab.';
    return [{ isFine: false, what: 'no jupyter on the PATH', remedy }];
  }
  const version = (name: string): string =>
    new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(versions)?.[1] ?? 'not found';
  return [{ isFine: true, what: `JupyterLab ${version('jupyterlab')}, jupyter_client ${version('jupyter_client')}` }];
}

function examineSpecs(): Finding[] {
  const folders = jupyterDataFolders() ?? [userDataFolder(process.env, process.platform)];
  const specs = folders
    .map((folder) => join(folder, 'kernels', KERNEL_NAME))
    .flatMap((folder) => {
      const spec = readSpec(folder);
      return spec === undefined ? [] : [{ folder, argv: spec.argv ?? [] }];
    });
  if (specs.length === 0) {
    return [{ isFine: false, what: 'Jupyter does not know the kernel', remedy: 'Run covey jupyter install.' }];
  }
  return specs.map(({ folder, argv }, index) => {
    const paths = argv.filter((part) => part.startsWith('/'));
    const gone = paths.filter((path) => !existsSync(path));
    const shadow = index === 0 ? '' : ' (another one comes first)';
    const isOfWheel = argv.includes(WHEEL_MODULE);
    if (gone.length === 0 && (paths.length >= 2 || isOfWheel))
      return { isFine: true, what: `kernelspec in ${folder}${shadow}` };
    const what = `the kernelspec in ${folder} names what is gone: ${gone.join(', ')}`;
    return { isFine: false, what, remedy: 'Run covey jupyter install again, with the same options.' };
  });
}
