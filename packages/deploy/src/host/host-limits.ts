/**
 * What this process may use of its machine: processors and memory, by what the machine has, by affinity, and by the limits of
 * the control groups (v1 and v2) that containers and batch systems put around it.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join, posix } from 'node:path';
import type { MemoryLimit } from '../config/value-kinds.js';

/** Processors (whole ones, at least 1) and bytes of memory. */
export interface HostLimits {
  readonly processors: number;
  readonly memory: number;
}

/** What is asked of the system; tests pass their own. */
export interface HostFacts {
  /** Processors by affinity. */
  readonly processors: number;
  readonly memory: number;
  /** The text of a file; undefined when it can't be read. */
  read(path: string): string | undefined;
}

const ROOT = '/sys/fs/cgroup';

function systemFacts(): HostFacts {
  return { processors: availableParallelism(), memory: totalmem(), read: readIfThere };
}

/** What this process may use. */
export function hostLimits(facts: HostFacts = systemFacts()): HostLimits {
  const groups = controlGroups(facts.read('/proc/self/cgroup') ?? '');
  const quota = smallest([
    ...upwards(groups.unified).map((folder) => quotaOfV2(facts.read(join(ROOT, folder, 'cpu.max')))),
    ...upwards(groups.cpu).map((folder) => quotaOfV1(facts, folder)),
  ]);
  const memory = smallest([
    ...upwards(groups.unified).map((folder) => amount(facts.read(join(ROOT, folder, 'memory.max')))),
    ...upwards(groups.memory).map((folder) =>
      amount(facts.read(join(ROOT, 'memory', folder, 'memory.limit_in_bytes'))),
    ),
  ]);
  return {
    // Half a processor still is one thread; two and a half are two.
    processors: Math.max(1, Math.min(facts.processors, Math.floor(quota))),
    memory: Math.min(facts.memory, memory),
  };
}

/** Bytes for each of several workers that share the host. */
export function workerMemory(limit: MemoryLimit, workers: number, limits: HostLimits): number {
  if (limit === 'auto') return Math.floor(limits.memory / Math.max(1, workers));
  return typeof limit === 'object' ? Math.floor(limits.memory * limit.part) : limit;
}

/**
 * How many workers of how many threads fill a host: one of one thread for each processor up to four (a death takes little
 * with it); then fewer, with threads that share what they hold.
 */
export function spreadOver(
  processors: number,
  workers?: number,
  threadsPerWorker?: number,
): { readonly workers: number; readonly threadsPerWorker: number } {
  if (workers !== undefined) {
    return {
      workers,
      threadsPerWorker: threadsPerWorker ?? Math.max(1, Math.floor(processors / Math.max(1, workers))),
    };
  }
  if (threadsPerWorker !== undefined) {
    return { workers: Math.max(1, Math.floor(processors / threadsPerWorker)), threadsPerWorker };
  }
  if (processors <= 4) return { workers: processors, threadsPerWorker: 1 };
  let count = Math.ceil(Math.sqrt(processors));
  while (processors % count !== 0) count++;
  return { workers: count, threadsPerWorker: processors / count };
}

/** The group of this process in each hierarchy; undefined where there is none. */
function controlGroups(listing: string): { unified?: string; cpu?: string; memory?: string } {
  const groups: { unified?: string; cpu?: string; memory?: string } = {};
  for (const line of listing.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    const folder = match?.[2];
    if (match === null || folder === undefined) continue;
    const controllers = (match[1] ?? '').split(',');
    if (match[1] === '') groups.unified = folder;
    if (controllers.includes('cpu')) groups.cpu = folder;
    if (controllers.includes('memory')) groups.memory = folder;
  }
  return groups;
}

/** A group and all above it: each may limit. Within a container the path may be one of the host's; the root then is the container's own. */
function upwards(folder: string | undefined): string[] {
  if (folder === undefined) return [];
  const folders = [];
  for (let at = posix.normalize(folder); at !== '/' && at !== '.'; at = dirname(at)) folders.push(at);
  return [...folders, '/'];
}

function quotaOfV2(text: string | undefined): number {
  const [quota, period] = (text ?? 'max').trim().split(/\s+/);
  return quota === 'max' ? Infinity : positive(Number(quota) / Number(period ?? 100_000));
}

function quotaOfV1(facts: HostFacts, folder: string): number {
  const read = (name: string) =>
    facts.read(join(ROOT, 'cpu', folder, name)) ?? facts.read(join(ROOT, 'cpu,cpuacct', folder, name));
  const quota = Number(read('cpu.cfs_quota_us') ?? -1);
  return quota <= 0 ? Infinity : positive(quota / Number(read('cpu.cfs_period_us') ?? 100_000));
}

function amount(text: string | undefined): number {
  const written = text?.trim();
  return written === undefined || written === 'max' ? Infinity : positive(Number(written));
}

function positive(value: number): number {
  return value > 0 ? value : Infinity;
}

function smallest(values: readonly number[]): number {
  return Math.min(Infinity, ...values);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Not there, or not for us: that group sets no limit that we could know.
  }
}
