/**
 * Counts the words of thousands of text files on a local cluster: a task for each batch of files, then a tree of merges.
 *
 *     npm start                        counts the text files under node_modules
 *     npm start -- FOLDER              counts those of a folder
 *     npm start -- FOLDER --workers 4 --top 20
 */
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Executor, LocalCluster, progress, type Future } from 'covey';
import { findTextFiles, inBatches } from './text-files.js';

/** Occurrences by word. */
type Counts = Map<string, number>;

/** Merges this many counts at a time. */
const FAN_IN = 8;

/** Counts the words of some files: letters of any script, with apostrophes inside, in lower case. */
function countWords(paths: readonly string[]): Counts {
  const counts: Counts = new Map();
  for (const path of paths) {
    for (const [word] of readFileSync(path, 'utf8')
      .toLowerCase()
      .matchAll(/\p{L}+(?:['’]\p{L}+)*/gu)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

/** Adds counts up. The largest is copied whole, since inputs of a task are never written to. */
function mergeCounts(parts: readonly Counts[]): Counts {
  const [largest, ...others] = [...parts].sort((a, b) => b.size - a.size);
  const total: Counts = new Map(largest);
  for (const part of others) for (const [word, n] of part) total.set(word, (total.get(word) ?? 0) + n);
  return total;
}

/** The words counted most, the count of distinct words and of all: all that has to leave the cluster. */
function summarize(counts: Counts, top: number): { top: [string, number][]; distinct: number; words: number } {
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return { top: sorted.slice(0, top), distinct: counts.size, words: sorted.reduce((sum, [, n]) => sum + n, 0) };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const seconds = (ms: number): string => `${(ms / 1e3).toFixed(2)} s`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { workers: { type: 'string', default: '2' }, top: { type: 'string', default: '12' } },
});
const folder = resolve(positionals[0] ?? 'node_modules');
const top = Number(flags.top);

const files = await findTextFiles(folder);
const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
const batches = inBatches(files, 1e6).map((batch) => batch.map((file) => file.path));
console.log(`${files.length} text files, ${megabytes(bytes)}, under ${relative('', folder) || folder}`);

let started = performance.now();
await using cluster = await LocalCluster.create({ workers: Number(flags.workers), threadsPerWorker: 1 });
await using executor = await Executor.connect(cluster);
await executor.waitForWorkers(Number(flags.workers));
console.log(`A cluster of ${flags.workers} workers, started in ${seconds(performance.now() - started)}`);

started = performance.now();
const counted = executor.map(countWords, batches);
let layer: Future<Counts>[] = counted;
let tasks = counted.length;
while (layer.length > 1) {
  const groups: Future<Counts>[][] = [];
  for (let i = 0; i < layer.length; i += FAN_IN) groups.push(layer.slice(i, i + FAN_IN));
  layer = executor.map(mergeCounts, groups);
  tasks += layer.length;
}
const total = layer[0];
if (!total) throw new Error(`No text files under ${folder}: name another folder, as in: npm start -- ~/Documents`);
const summary = executor.submit(summarize, total, top);
await progress([...counted, summary]);
const result = await summary.result();
const onCluster = performance.now() - started;

const width = Math.max(...result.top.map(([word]) => word.length));
console.log(`\n${result.words} words, ${result.distinct} different ones. The top ${top}:`);
for (const [word, n] of result.top) console.log(`  ${word.padEnd(width)}  ${String(n).padStart(9)}`);

started = performance.now();
const alone = summarize(mergeCounts(batches.map(countWords)), top);
const onOneThread = performance.now() - started;
if (alone.words !== result.words || alone.distinct !== result.distinct) {
  throw new Error(`The cluster counted ${result.words} words where one thread counted ${alone.words}`);
}
console.log(`\nOn the cluster ${seconds(onCluster)}, on one thread of this process ${seconds(onOneThread)}`);

const info = await executor.schedulerInfo();
console.log(`\n${tasks + 1} tasks ran on:`);
for (const worker of info.workers) {
  console.log(
    `  ${worker.name.padEnd(16)} ${String(worker.completed).padStart(4)} tasks, holds ${megabytes(worker.heldBytes)}, ` +
      `fetched ${megabytes(worker.bytesReceived)} from its peers, sent ${megabytes(worker.bytesSent)}`,
  );
}
