/** What the commands under `covey clusters` do. */
import { ClusterNotFoundError, listClusters, openCluster, startCluster } from '@covey/deploy';
import type { ClusterEntry, RunningCluster, StartClusterOptions } from '@covey/deploy';
import { integer } from '@covey/deploy/internal';
import type { RegistryOptions } from '@covey/deploy/internal';
import { createLineLogger } from '@covey/protocol';
import { formatBytes } from '@covey/protocol/internal';
import { UsageError } from '../failure.js';
import { readFlag } from '../setting-flags.js';
import { formatSpan, formatTable } from '../table.js';
import { interruptible } from '../terminal.js';
import type { Terminal } from '../terminal.js';

/** A cluster that doesn't answer within this is listed without what it would have said. */
const ANSWER_TIMEOUT_MS = 2000;

const registryOptions = (terminal: Terminal) => ({
  logger: createLineLogger({ level: 'warn', write: (line) => terminal.err(line.trimEnd()) }),
});

export async function start(request: StartClusterOptions, json: boolean, terminal: Terminal): Promise<void> {
  using interrupt = interruptible(terminal);
  const cluster = await startCluster({ ...request, signal: interrupt.signal });
  const { name, address } = cluster;
  if (json) terminal.out(JSON.stringify(cluster.entry, null, 2));
  else {
    terminal.out(`The cluster '${name}' runs at ${address}`);
    terminal.out(`  programs  await Executor.connect('${name}'), or COVEY_CLUSTER=${name}`);
    terminal.out(`  stop      covey clusters stop ${name}`);
  }
}

export async function list(json: boolean, terminal: Terminal): Promise<void> {
  const entries = listClusters(registryOptions(terminal));
  const rows = await Promise.all(entries.map(async (entry) => ({ entry, workers: await countWorkers(entry) })));
  if (json) {
    terminal.out(
      JSON.stringify(
        rows.map(({ entry, workers }) => ({ ...entry, workers: workers ?? null })),
        null,
        2,
      ),
    );
    return;
  }
  if (rows.length === 0) {
    terminal.out("No clusters are running. Start one by 'covey clusters start'.");
    return;
  }
  const now = Date.now();
  terminal.out(
    formatTable(
      ['name', 'kind', 'workers', 'age', 'idle timeout', 'pid', 'address'],
      rows.map(({ entry, workers }) => [
        entry.name,
        entry.kind,
        workers === undefined ? '?' : String(workers),
        formatSpan(now - entry.createdMs),
        entry.idleTimeoutMs === null ? '-' : formatSpan(entry.idleTimeoutMs),
        String(entry.owner.pid),
        entry.address,
      ]),
    ),
  );
}

export async function info(name: string, json: boolean, terminal: Terminal): Promise<void> {
  const cluster = openCluster(name, registryOptions(terminal));
  const facts = await cluster.info();
  if (json) {
    terminal.out(JSON.stringify({ ...cluster.entry, ...facts }, null, 2));
    return;
  }
  terminal.out(
    `${name} (${facts.kind}) at ${facts.address}: ${facts.workers.length} of ${facts.requested} workers, ${count(facts.clients, 'client')}`,
  );
  if (facts.workers.length === 0) return;
  terminal.out(
    formatTable(
      ['worker', 'threads', 'running', 'done', 'holds', 'memory', 'status', 'address'],
      facts.workers.map((worker) => [
        worker.name,
        String(worker.nthreads),
        String(worker.processing),
        String(worker.completed),
        formatBytes(worker.heldBytes),
        formatMemory(worker.memory['process'], worker.memoryLimit),
        worker.status,
        worker.address,
      ]),
    ),
  );
}

export async function scale(name: string, written: string, terminal: Terminal): Promise<void> {
  const workers = readFlag('WORKERS', integer(0, 100_000), written);
  using interrupt = interruptible(terminal);
  await openCluster(name, registryOptions(terminal)).scale(workers, { signal: interrupt.signal });
  terminal.out(`The cluster '${name}' was asked for ${count(workers, 'worker')}`);
}

export async function stop(names: readonly string[], all: boolean, terminal: Terminal): Promise<void> {
  if (names.length === 0 && !all)
    throw new UsageError("which cluster? Name it, or give --all; 'covey clusters list' shows what runs");
  const options = registryOptions(terminal);
  const wanted = all ? listClusters(options).map((entry) => entry.name) : names;
  // All are looked up before the first is stopped: a wrong name stops none.
  const clusters: RunningCluster[] = wanted.map((name) => openToStop(name, options));
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  for (const { name } of clusters) terminal.out(`The cluster '${name}' is stopped`);
  if (clusters.length === 0) terminal.out('No clusters are running');
}

/** As `openCluster`; who wants a cluster gone isn't told how to start it. */
function openToStop(name: string, options: RegistryOptions): RunningCluster {
  try {
    return openCluster(name, options);
  } catch (error) {
    if (!(error instanceof ClusterNotFoundError)) throw error;
    throw new ClusterNotFoundError(
      `no cluster named '${name}' runs on this host, so none is stopped; 'covey clusters list' shows what runs`,
      { cause: error, data: { name } },
    );
  }
}

export function logs(name: string, written: string, terminal: Terminal): void {
  const lines = readFlag('--lines', integer(1), written);
  for (const line of openCluster(name, registryOptions(terminal)).logs(lines)) terminal.out(line);
}

/** What a worker's process takes, which its first report tells, of what it may take. */
function formatMemory(used: number | undefined, limit: number): string {
  const bytes = used === undefined ? '-' : formatBytes(used);
  return limit > 0 ? `${bytes} of ${formatBytes(limit)}` : bytes;
}

async function countWorkers(entry: ClusterEntry): Promise<number | undefined> {
  try {
    return (await openCluster(entry.name).info({ signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })).workers.length;
  } catch {
    return undefined; // It ends, or hangs: the list says so by a question mark.
  }
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
