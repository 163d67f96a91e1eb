/** Finds the text files of a folder and deals them into batches of similar weight. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const TEXT =
  /\.(md|markdown|txt|js|cjs|mjs|ts|cts|mts|jsx|tsx|css|html)$|^(licen[cs]e|readme|changelog|notice|authors)[^/]*$/i;
/** Generated bundles count the same few words a million times and take a worker's whole second: not text that a person wrote. */
const MOST_BYTES = 2 << 20;

/** A file and its size in bytes. */
export interface TextFile {
  readonly path: string;
  readonly bytes: number;
}

/** All text files under a folder, in a stable order; links are not followed. */
export async function findTextFiles(folder: string): Promise<TextFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.sort().map(async (path) => ({ path, bytes: (await stat(path)).size })));
  return files.filter(({ bytes }) => bytes > 0 && bytes <= MOST_BYTES);
}

/** Deals files into batches of at least `bytes` each (the last one may be lighter). */
export function inBatches(files: readonly TextFile[], bytes: number): TextFile[][] {
  const batches: TextFile[][] = [];
  let batch: TextFile[] = [];
  let weight = 0;
  for (const file of files) {
    batch.push(file);
    weight += file.bytes;
    if (weight >= bytes) {
      batches.push(batch);
      batch = [];
      weight = 0;
    }
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
