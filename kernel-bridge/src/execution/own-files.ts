/**
 * Which files are Covey's: those of its packages, wherever they are installed. Frames in them are how a cell was served,
 * and nothing that its author wrote.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isOurs = /^(?:covey|@covey\/.+)$/;
const folders = new Map<string, boolean>();

/** @param file a path, or a URL of one, as stacks have it. */
export function isOwnFile(file: string): boolean {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return path.startsWith('/') && isOwnFolder(dirname(path));
}

function isOwnFolder(folder: string): boolean {
  const known = folders.get(folder);
  if (known !== undefined) return known;
  const manifest = join(folder, 'package.json');
  const parent = dirname(folder);
  const isOwn = existsSync(manifest) ? isOurs.test(nameIn(manifest)) : parent !== folder && isOwnFolder(parent);
  folders.set(folder, isOwn);
  return isOwn;
}

function nameIn(manifest: string): string {
  try {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    // Whatever it is, no package of ours.
    return '';
  }
}
