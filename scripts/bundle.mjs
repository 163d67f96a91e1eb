/**
 * Bundles the entry of each kind of process into one file, so that a process starts without resolving and reading
 * hundreds of modules; and the doors of each package into a few, so that a program that imports them does neither.
 * Bundles are made from the sources of all packages: no compiled `lib/` is needed first.
 */
import { build } from 'esbuild';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundlePage, PAGE } from './bundle-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every process entry, and what is loaded into one later: from the source to the file. */
const entries = [
  ['packages/scheduler/src/server/main.ts', 'packages/scheduler/bundle/scheduler.cjs'],
  ['packages/worker/src/process/main.ts', 'packages/worker/bundle/worker.cjs'],
  ['packages/worker/src/thread/main.ts', 'packages/worker/bundle/thread.cjs'],
  ['packages/worker/src/nanny/main.ts', 'packages/worker/bundle/nanny.cjs'],
  ['packages/worker/src/nanny/scheduler-link.ts', 'packages/worker/bundle/nanny-link.cjs'],
  ['packages/deploy/src/keeper/main.ts', 'packages/deploy/bundle/keeper.cjs'],
  // Beside those who tell workers where it is.
  ['packages/covey/src/in-thread.ts', 'packages/deploy/bundle/in-thread.cjs'],
  ['kernel-bridge/src/process/main.ts', 'kernel-bridge/bundle/kernel.cjs'],
  ['kernel-bridge/src/process/kernel.ts', 'kernel-bridge/bundle/cells.cjs'],
  ['kernel-bridge/src/protocol/main.ts', 'kernel-bridge/bundle/protocol.cjs'],
  ['kernel-bridge/src/bridge/main.ts', 'kernel-bridge/bundle/bridge.cjs'],
  ['kernel-bridge/src/language/main.ts', 'kernel-bridge/bundle/language.cjs'],
];

/**
 * Compute threads are started often (one a slot, another after each that was stopped), and only some tasks capture
 * functions: what that needs is loaded at first use, which takes a third off a thread's start.
 */
const lazyIn = {
  'packages/worker/src/thread/main.ts': ['acorn', 'node:crypto', 'node:inspector'],
  // Loaded when the kernel warms itself up, after its first answer.
  'kernel-bridge/src/process/kernel.ts': ['oxc-transform'],
  // The debugger, completeness and interrupts need these; the kernel answers the sooner without them.
  'kernel-bridge/src/protocol/main.ts': ['acorn', 'oxc-transform', 'node:inspector'],
};

/**
 * Cells run beside this one, and may assign what is global (`Promise = …`). The kernel goes on with what was there first.
 */
const besideUserCode = ['kernel-bridge/src/process/main.ts', 'kernel-bridge/src/process/kernel.ts'];
const keptGlobals = `var { ${[
  ...[
    'Array',
    'ArrayBuffer',
    'Atomics',
    'BigInt',
    'Buffer',
    'Date',
    'Error',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
  ],
  ...['Promise', 'Proxy', 'RangeError', 'Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'SyntaxError', 'TypeError'],
  ...['URL', 'Uint8Array', 'WeakMap', 'WeakRef', 'clearTimeout', 'performance', 'process', 'queueMicrotask'],
  ...['setImmediate', 'setTimeout'],
].join(', ')} } = globalThis; `;

/** Native accelerators of `ws`: used where they are installed, never needed. */
const optionalNatives = ['bufferutil', 'utf-8-validate'];

/** msgpackr without its native accelerator, which takes 10 ms to load and gains nothing on our messages. */
const plainMsgpackr = { msgpackr: 'msgpackr/pack' };

/** Packages that find files of their own beside themselves: a binary, or the types of JavaScript's library. */
const packagesWithFiles = ['zeromq', 'oxc-transform', 'typescript'];

/** Where a package may be imported, and the source behind it. */
const doors = { internal: 'internal.ts', bridge: 'bridge/index.ts', index: 'index.ts' };

/** The sources behind the doors of a package that has them, by door. */
function doorsOf(folder) {
  const sources = Object.entries(doors).map(([door, file]) => [door, join(root, 'packages', folder, 'src', file)]);
  return sources.filter(([, source]) => existsSync(source));
}

/** The doors of every package, led to their sources. */
function sourcesOfPackages() {
  const alias = { ...plainMsgpackr };
  for (const folder of readdirSync(join(root, 'packages'))) {
    const name = folder === 'covey' ? 'covey' : `@covey/${folder}`;
    for (const [door, source] of doorsOf(folder)) alias[door === 'index' ? name : `${name}/${door}`] = source;
  }
  return alias;
}

/** Puts modules behind getters. Those that aren't built in become files beside the bundle. */
function lazyModules(names, folder) {
  const isOurs = new RegExp(`^(?:${names.join('|')})$`);
  return {
    name: 'lazy-modules',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: isOurs }, ({ path, namespace }) =>
        namespace === 'lazy' ? { path, external: true } : { path, namespace: 'lazy' },
      );
      onResolve({ filter: /^\.\/lazy-/, namespace: 'lazy' }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path }) => {
        const isBuiltIn = path.startsWith('node:');
        const file = isBuiltIn ? path : `./lazy-${path}.cjs`;
        if (!isBuiltIn) await bundleLazyOnce(path, join(root, folder, file));
        const exported = Object.keys(await import(path)).filter((name) => name !== 'default' && /^\w+$/.test(name));
        const getters = exported.map((name) => `get ${name}() { return require('${file}').${name}; }`);
        return { contents: `module.exports = { ${getters.join(', ')} };` };
      });
    },
  };
}

/** Bundles of one folder share the file. */
const lazyFiles = new Map();
function bundleLazyOnce(name, outfile) {
  if (!lazyFiles.has(outfile)) lazyFiles.set(outfile, bundleLazy(name, outfile));
  return lazyFiles.get(outfile);
}

/**
 * Makes CommonJS also of an ES module, for which Node would start its whole loader of those. One that has files of its own
 * finds them as if it had stayed where it is.
 */
async function bundleLazy(name, outfile) {
  const stdin = { contents: `export * from '${name}';`, resolveDir: root };
  const options = {
    stdin,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { 'import.meta.url': '__importMetaUrl' },
    ...(packagesWithFiles.includes(name) && {
      banner: { js: `const __importMetaUrl = require('node:url').pathToFileURL(require.resolve('${name}')).href;` },
    }),
    logLevel: 'warning',
  };
  await writeWhole(await build({ ...options, write: false }));
}

/** Replaces files at once: a process that starts meanwhile reads the old one or the new one, never half of one. */
async function writeWhole({ outputFiles }) {
  for (const { path, contents } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    const fresh = `${path}.${process.pid}.new`;
    await writeFile(fresh, contents);
    await rename(fresh, path);
  }
}

async function bundle(source, output, alias) {
  const result = await build({
    absWorkingDir: root,
    write: false,
    entryPoints: [source],
    outfile: output,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    minify: false,
    keepNames: false,
    alias,
    external: [...optionalNatives, ...packagesWithFiles],
    plugins: source in lazyIn ? [lazyModules(lazyIn[source], dirname(output))] : [],
    banner: {
      js: `${besideUserCode.includes(source) ? keptGlobals : ''}const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
    define: {
      'import.meta.url': '__importMetaUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
    logLevel: 'warning',
  });
  if (result.warnings.length > 0)
    throw new Error(`${source}: esbuild warns (above); a bundle must be free of warnings`);
  await writeWhole(result);
}

/**
 * A package as programs import it: ES modules, one for each door and what they share. Other packages stay outside, so that
 * there is one of each in a program, whichever door it came in by.
 */
async function bundleLibrary(folder) {
  const outdir = join('packages', folder, 'bundle');
  const result = await build({
    absWorkingDir: root,
    write: false,
    entryPoints: Object.fromEntries(doorsOf(folder)),
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    alias: plainMsgpackr,
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  if (result.warnings.length > 0)
    throw new Error(`${folder}: esbuild warns (above); a bundle must be free of warnings`);
  // What is shared before those who share it.
  const rank = ({ path }) => Number(basename(path).split('.')[0] in doors);
  await writeWhole({ outputFiles: result.outputFiles.sort((a, b) => rank(a) - rank(b)) });
  const written = new Set(result.outputFiles.map(({ path }) => basename(path)));
  const old = (await readdir(join(root, outdir))).filter((name) => name.startsWith('shared-') && !written.has(name));
  await Promise.all(old.map((name) => rm(join(root, outdir, name), { force: true })));
}

const alias = sourcesOfPackages();
/** Packages that programs import in their bundled form. */
const libraries = readdirSync(join(root, 'packages')).filter((folder) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  return exports['.'].default === './bundle/index.js';
});
const steps = [
  ...entries.map(([source, output]) => [source, () => bundle(source, output, alias)]),
  ...libraries.map((folder) => [`packages/${folder}`, () => bundleLibrary(folder)]),
];
/** Folders named as arguments: only what is in them. */
const folders = process.argv.slice(2);
const wanted = steps.filter(([name]) => folders.length === 0 || folders.some((folder) => name.startsWith(folder)));
const results = await Promise.allSettled(wanted.map(([, run]) => run()));
for (const [i, result] of results.entries()) {
  if (result.status === 'fulfilled') {
    console.log(`bundle: ${wanted[i][0]}`);
  } else {
    console.error(`bundle: ${wanted[i][0]} failed: ${result.reason.message}`);
    process.exitCode = 1;
  }
}

const page = await bundlePage(root, alias);
if (page !== undefined) {
  await writeWhole(page);
  console.log(`bundle: ${PAGE}`);
}
