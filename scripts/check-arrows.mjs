/**
 * Holds the architecture: packages import only what the arrows allow and what their package.json declares, only
 * through the doors of a package, and the state machines under `src/core/` reach no clock, timer, random source or
 * `node:` module. Tests under `src/core/` may import `node:` modules and read the process (a seed), no more.
 *
 * With `--self-test`, checks itself on small made-up worlds instead; a plain run does so first.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { arrows, foldersOutside, packedWhole } from './arrows.mjs';
import { selfTest } from './check-arrows.self-test.mjs';
import { sourceFacts } from './source-facts.mjs';

const sourceFile = /\.(?:[cm]?ts|tsx|[cm]?js)$/;
const testFile = /\.test(?:-d)?\.[cm]?tsx?$/;
const coreFile = /^packages\/[^/]+\/src\/core\//;
const skippedFolders = new Set(['node_modules', 'lib', 'bundle', 'fixtures', '.types', 'coverage']);

/**
 * @param {Map<string, string>} files Source text by path from the root, with forward slashes.
 * @param {Record<string, { name: string, dependencies?: Record<string, string> }>} manifests By package folder.
 * @param {Record<string, string[]>} allowed The arrows.
 * @returns {string[]} One line a violation.
 */
export function findViolations(files, manifests, allowed) {
  const facts = new Map([...files].map(([path, text]) => [path, sourceFacts(path, text)]));
  return [
    ...Object.keys(manifests).flatMap((folder) => manifestViolations(folder, manifests[folder], allowed)),
    ...[...facts].flatMap(([path, fact]) => importViolations(path, fact, manifests, allowed)),
    ...coreViolations(facts),
  ];
}

function manifestViolations(folder, manifest, allowed) {
  if (!allowed[folder]) return [`packages/${folder}: has no line in scripts/arrows.mjs`];
  return Object.keys(manifest.dependencies ?? {})
    .map(siblingOf)
    .filter((sibling) => sibling && !allowed[folder].includes(sibling.folder))
    .map((sibling) => `packages/${folder}/package.json: ${folder} must not depend on ${sibling.folder}`);
}

function importViolations(path, { imports }, manifests, allowed) {
  const own = packageFolderOf(path);
  return imports.flatMap(({ specifier, line }) => {
    const at = `${path}:${line}`;
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      const targetFolder = packageFolderOf(target);
      return targetFolder === own || (targetFolder === undefined && own === undefined)
        ? []
        : [`${at}: reaches out of its package by the relative path ${specifier}`];
    }
    const sibling = siblingOf(specifier);
    if (!sibling) return [];
    if (/^(?:src|lib|dist)(?:\/|$)/.test(sibling.door)) return [`${at}: ${specifier} is not a door of its package`];
    if (own === undefined || own === sibling.folder) return [];
    if (!allowed[own]?.includes(sibling.folder)) return [`${at}: ${own} must not import ${sibling.folder}`];
    if (packedWhole.includes(own)) return [];
    const declared = manifests[own]?.dependencies?.[sibling.name] !== undefined;
    return declared ? [] : [`${at}: ${sibling.name} is missing from packages/${own}/package.json`];
  });
}

/** A core is as pure as what it loads, so the rules hold for every file that it reaches by relative imports. */
function coreViolations(facts) {
  const reached = new Map();
  const visit = (path, from) => {
    if (reached.has(path) || !facts.has(path)) return;
    reached.set(path, from);
    if (testFile.test(path)) return;
    for (const { specifier, typeOnly } of facts.get(path).imports) {
      if (specifier.startsWith('.') && !typeOnly) visit(resolveRelative(path, specifier, facts), from ?? path);
    }
  };
  for (const path of facts.keys()) if (coreFile.test(path)) visit(path, undefined);
  return [...reached].flatMap(([path, from]) => {
    const isTest = testFile.test(path);
    const because = from ? ` (reached from ${from})` : '';
    const { imports, impure } = facts.get(path);
    return [
      ...imports
        .filter(({ specifier, typeOnly }) => isBuiltin(specifier) && !typeOnly && !isTest)
        .map(({ specifier, line }) => `${path}:${line}: a core must not import ${specifier}${because}`),
      ...impure
        .filter(({ what }) => !(isTest && (what === 'process' || what === 'console')))
        .map(({ what, line }) => `${path}:${line}: a core must not use ${what}${because}`),
    ];
  });
}

function resolveRelative(path, specifier, facts) {
  const target = posix.join(posix.dirname(path), specifier);
  const candidates = [target, target.replace(/\.([cm]?)js$/, '.$1ts'), `${target}.ts`, `${target}/index.ts`];
  return candidates.find((candidate) => facts.has(candidate)) ?? target;
}

function packageFolderOf(path) {
  const folder = /^packages\/([^/]+)\//.exec(path)?.[1];
  return folder ?? Object.keys(foldersOutside).find((name) => path.startsWith(`${foldersOutside[name]}/`));
}

/** The package of ours that a specifier names, and the path behind its name. */
function siblingOf(specifier) {
  const match = /^(?:@covey\/([^/]+)|(covey))(?:\/(.*))?$/.exec(specifier);
  if (!match) return undefined;
  const folder = match[1] ?? match[2];
  return { folder, name: match[1] ? `@covey/${folder}` : 'covey', door: match[3] ?? '' };
}

function readWorld(root) {
  const files = new Map();
  const read = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) read(path);
      else if (entry.isFile() && sourceFile.test(entry.name)) files.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  for (const folder of ['packages', ...Object.values(foldersOutside), 'test', 'examples', 'scripts'])
    if (existsSync(join(root, folder))) read(folder);
  const manifests = {};
  const folders = readdirSync(join(root, 'packages')).map((folder) => [folder, join('packages', folder)]);
  for (const [name, folder] of [...folders, ...Object.entries(foldersOutside)]) {
    const manifest = join(root, folder, 'package.json');
    if (existsSync(manifest)) manifests[name] = JSON.parse(readFileSync(manifest, 'utf8'));
  }
  return { files, manifests };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  selfTest(findViolations);
  if (!process.argv.includes('--self-test')) {
    const { files, manifests } = readWorld(
      fileURLToPath(new URL('..', import.meta.url))
        .split(sep)
        .join('/'),
    );
    const violations = findViolations(files, manifests, arrows);
    for (const violation of violations) console.error(violation);
    console.log(`check-arrows: ${files.size} files, ${violations.length} violations`);
    if (violations.length > 0) process.exitCode = 1;
  }
}
