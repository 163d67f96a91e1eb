/**
 * Counts the words of thousands of text files on a local cluster: a task for each batch of files, then trees of merges.
 *
 * The words are dealt into *parts* by their letters, and each part has a tree of its own. So the last merges, whose counts
 * are the largest, run side by side, and no task ever holds all words.
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

/** Occurrences by word, while they are counted. */
type Counts = Map<string, number>;

/** Counts on their way: one text and one typed array travel faster than thousands of entries. */
interface Packed {
  readonly words: string;
  readonly counts: Uint32Array;
}

/** What is left of counts in the end. */
interface Summary {
  readonly top: readonly (readonly [string, number])[];
  readonly distinct: number;
  readonly words: number;
}

/** Merges this many counts at a time. */
const FAN_IN = 8;

/** The words of a file: letters of any script, with apostrophes inside, in lower case. */
function* wordsOf(path: string): Iterable<string> {
  const text = readFileSync(path, 'utf8').toLowerCase();
  for (const [word] of text.matchAll(/\p{L}+(?:['’]\p{L}+)*/gu)) yield word;
}

function add(counts: Counts, word: string, times: number): void {
  counts.set(word, (counts.get(word) ?? 0) + times);
}

function pack(counts: Counts): Packed {
  return { words: [...counts.keys()].join(' '), counts: Uint32Array.from(counts.values()) };
}

/** Counts the words of some files, each part for itself. */
function countWords(paths: readonly string[], parts: number): Packed[] {
  const counts = Array.from({ length: parts }, (): Counts => new Map());
  for (const path of paths) {
    for (const word of wordsOf(path)) {
      const part = (word.charCodeAt(0) * 31 + word.charCodeAt(word.length - 1) + word.length) % parts;
      add(counts[part]!, word, 1);
    }
  }
  return counts.map(pack);
}

/** Adds counts up. */
function mergeCounts(several: readonly Packed[]): Packed {
  const total: Counts = new Map();
  for (const { words, counts } of several) {
    for (const [i, word] of words.split(' ').entries()) if (word) add(total, word, counts[i]!);
  }
  return pack(total);
}

/** The first merges take one part out of what was counted in each batch. */
function mergePart(counted: readonly (readonly Packed[])[], part: number): Packed {
  return mergeCounts(counted.map((parts) => parts[part]!));
}

function mostFrequent(counted: (readonly [string, number])[], top: number): (readonly [string, number])[] {
  return counted.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, top);
}

/** The words counted most, the count of distinct words and of all: all that has to leave the cluster. */
function summarize({ words, counts }: Packed, top: number): Summary {
  const counted = words ? words.split(' ').map((word, i) => [word, counts[i]!] as const) : [];
  const sum = counts.reduce((total, n) => total + n, 0);
  return { top: mostFrequent(counted, top), distinct: counted.length, words: sum };
}

/** The parts have no words in common. */
function combine(parts: readonly Summary[], top: number): Summary {
  const sum = (of: (part: Summary) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const tops = parts.flatMap((part) => part.top);
  return { top: mostFrequent(tops, top), distinct: sum((part) => part.distinct), words: sum((part) => part.words) };
}

function inGroups<T>(items: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let i = 0; i < items.length; i += FAN_IN) groups.push(items.slice(i, i + FAN_IN));
  return groups;
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
if (files.length === 0)
  throw new Error(`No text files under ${folder}: name another folder, as in: npm start -- ~/Documents`);
const batches = inBatches(files, 1e6).map((batch) => batch.map((file) => file.path));
console.log(`${files.length} text files, ${megabytes(bytes)}, under ${relative('', folder) || folder}`);

let started = performance.now();
await using cluster = await LocalCluster.create({ workers: Number(flags.workers), threadsPerWorker: 1 });
await using executor = await Executor.connect(cluster);
await executor.waitForWorkers(Number(flags.workers));
console.log(`A cluster of ${flags.workers} workers, started in ${seconds(performance.now() - started)}`);

started = performance.now();
const partCount = 2 * Number(flags.workers);
// Named, so that progress and plots say what runs.
const countBatch = (paths: readonly string[]) => countWords(paths, partCount);
const counted = executor.map(countBatch, batches);
const groups = inGroups(counted);
let tasks = counted.length;
const parts = Array.from({ length: partCount }, (_, part): Future<Summary> => {
  const mergeBatches = (group: Packed[][]) => mergePart(group, part);
  let layer = executor.map(mergeBatches, groups);
  tasks += layer.length;
  while (layer.length > 1) {
    layer = executor.map(mergeCounts, inGroups(layer));
    tasks += layer.length;
  }
  return executor.submit(summarize, layer[0]!, top);
});
const summary = executor.submit(combine, parts, top);
tasks += partCount + 1;
await progress([...counted, summary]);
const result = await summary.result();
const onCluster = performance.now() - started;

const width = Math.max(...result.top.map(([word]) => word.length));
console.log(`\n${result.words} words, ${result.distinct} different ones. The top ${top}:`);
for (const [word, n] of result.top) console.log(`  ${word.padEnd(width)}  ${String(n).padStart(9)}`);

started = performance.now();
const all: Counts = new Map();
for (const { path } of files) for (const word of wordsOf(path)) add(all, word, 1);
const alone = summarize(pack(all), top);
const onOneThread = performance.now() - started;
if (alone.words !== result.words || alone.distinct !== result.distinct) {
  throw new Error(`The cluster counted ${result.words} words where one thread counted ${alone.words}`);
}
console.log(`\nOn the cluster ${seconds(onCluster)}, on one thread of this process ${seconds(onOneThread)}`);

const info = await executor.schedulerInfo();
console.log(`\n${tasks} tasks ran on:`);
for (const worker of info.workers) {
  console.log(
    `  ${worker.name.padEnd(16)} ${String(worker.completed).padStart(4)} tasks, holds ${megabytes(worker.heldBytes)}, ` +
      `fetched ${megabytes(worker.bytesReceived)} from its peers, sent ${megabytes(worker.bytesSent)}`,
  );
}
