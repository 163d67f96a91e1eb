/**
 * Writes the wheel: the built extension, a kernelspec and the Python that finds Node.js and the kernel for it, as pip
 * installs them into an environment's `share/jupyter`. The same files give the same wheel, byte for byte.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelNodeFlags, kernelSpec } from '@covey/kernel';
import { zipSync } from 'fflate';

const extensionPackage = fileURLToPath(new URL('../labextension', import.meta.url));
const kernelPackage = fileURLToPath(new URL('../kernel-bridge', import.meta.url));
const PACKAGE = 'covey_jupyter';
/** As early as the format can say. */
const DATE = new Date(1980, 0, 1);

/** @returns the path of the wheel. */
export function writeWheel(output = join(extensionPackage, 'dist')) {
  const { version, description, license } = JSON.parse(readFileSync(join(extensionPackage, 'package.json'), 'utf8'));
  const name = `${PACKAGE}-${version}`;
  const info = `${name}.dist-info`;
  const files = new Map([
    ...filesOf(join(kernelPackage, 'python', PACKAGE), PACKAGE).filter(([path]) => path.endsWith('.py')),
    ...dataFiles(`${name}.data/data/share/jupyter`),
    [`${info}/METADATA`, text(metadata({ version, description, license }))],
    [`${info}/WHEEL`, text('Wheel-Version: 1.0\nGenerator: covey\nRoot-Is-Purelib: true\nTag: py3-none-any\n')],
    [`${info}/licenses/LICENSE`, readFileSync(join(extensionPackage, 'LICENSE'))],
  ]);
  files.set(`${info}/RECORD`, text(record(files, `${info}/RECORD`)));
  mkdirSync(output, { recursive: true });
  const wheel = join(output, `${name}-py3-none-any.whl`);
  writeFileSync(wheel, zipSync(Object.fromEntries(files), { level: 9, mtime: DATE }));
  return wheel;
}

/** What pip puts below the environment's prefix. */
function dataFiles(share) {
  const extension = join(extensionPackage, 'labextension');
  if (!existsSync(join(extension, 'static'))) throw new Error('Build the extension first: npm run build:lab');
  const install = {
    packageManager: 'python',
    packageName: 'covey-jupyter',
    uninstallInstructions: 'Run pip uninstall covey-jupyter.',
  };
  // Jupyter puts its own Python in place of the first word.
  const spec = { ...kernelSpec(), argv: ['python', '-m', PACKAGE, '{connection_file}', ...kernelNodeFlags] };
  const assets = join(kernelPackage, 'assets');
  return [
    ...filesOf(extension, `${share}/labextensions/@covey/labextension`),
    [`${share}/labextensions/@covey/labextension/install.json`, json(install)],
    ...filesOf(assets, `${share}/kernels/covey`).filter(([path]) => /logo-[^/]+$/.test(path)),
    [`${share}/kernels/covey/kernel.json`, json(spec)],
  ];
}

function metadata({ version, description, license }) {
  return [
    'Metadata-Version: 2.4',
    'Name: covey-jupyter',
    `Version: ${version}`,
    `Summary: ${description}`,
    `License-Expression: ${license}`,
    'License-File: LICENSE',
    'Requires-Python: >=3.8',
    'Classifier: Framework :: Jupyter :: JupyterLab :: 4',
    'Classifier: Framework :: Jupyter :: JupyterLab :: Extensions :: Prebuilt',
    'Description-Content-Type: text/markdown',
    '',
    `${description}.`,
    '',
    'The TypeScript kernel runs on Node.js 20.19 or newer with Covey: `npm install --global covey @covey/kernel`.',
    '',
  ].join('\n');
}

/** Every file with its hash and size; its own line has neither. */
function record(files, own) {
  const lines = [...files].map(([path, bytes]) => {
    const hash = createHash('sha256').update(bytes).digest('base64url');
    return `${path},sha256=${hash},${bytes.byteLength}`;
  });
  return [...lines, `${own},,`, ''].join('\n');
}

/** Files below a folder, in a fixed order, under a path in the wheel. */
function filesOf(from, path) {
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [`${path}/${relative(from, file).split(sep).join('/')}`, readFileSync(file)]);
}

function text(content) {
  return new TextEncoder().encode(content);
}

function json(content) {
  return text(`${JSON.stringify(content, undefined, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(writeWheel());
