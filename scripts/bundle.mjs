/**
 * Bundles the entry of each kind of process into one file, so that a process starts without resolving and reading
 * hundreds of modules. Bundles are made from the sources of all packages: no compiled `lib/` is needed first.
 */
import { build } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** Native accelerators of `ws` and `msgpackr`: used where they are installed, never needed. */
const optionalNatives = ['bufferutil', 'utf-8-validate', 'msgpackr-extract'];

/** Packages that find files of their own beside themselves: a binary, or the types of JavaScript's library. */
const packagesWithFiles = ['zeromq', 'oxc-transform', 'typescript'];

/** The doors of every package, led to their sources. */
function sourcesOfPackages() {
  const alias = {};
  for (const folder of readdirSync(join(root, 'packages'))) {
    const name = folder === 'covey' ? 'covey' : `@covey/${folder}`;
    for (const [door, file] of [
      [`${name}/internal`, 'internal.ts'],
      [`${name}/bridge`, 'bridge/index.ts'],
      [name, 'index.ts'],
    ]) {
      const source = join(root, 'packages', folder, 'src', file);
      if (existsSync(source)) alias[door] = source;
    }
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
      // Loading the accelerator takes 10 ms and gains nothing on our messages.
      'process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED': '"true"',
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

const alias = sourcesOfPackages();
/** Folders named as arguments: only their entries. */
const folders = process.argv.slice(2);
const wanted = entries.filter(([source]) => folders.length === 0 || folders.some((name) => source.startsWith(name)));
const present = wanted.filter(([source]) => {
  if (existsSync(join(root, source))) return true;
  console.log(`bundle: skipped ${source} (no such file)`);
  return false;
});
const results = await Promise.allSettled(present.map(([source, output]) => bundle(source, output, alias)));
for (const [i, result] of results.entries()) {
  if (result.status === 'fulfilled') {
    console.log(`bundle: ${present[i][1]}`);
  } else {
    console.error(`bundle: ${present[i][0]} failed: ${result.reason.message}`);
    process.exitCode = 1;
  }
}

const page = await bundlePage(root, alias);
if (page !== undefined) {
  await writeWhole(page);
  console.log(`bundle: ${PAGE}`);
}
