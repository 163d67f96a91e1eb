/** What the topics show that are pictures of the moment: the cluster in a line, a row a worker, a row a function. */
import { COVEY_VERSION } from '@covey/protocol';
import type { Overview, ProgressRow, WorkerRow } from '@covey/protocol/bridge';
import type { WorkerId } from '@covey/protocol/internal';
import type { ServerParts } from '../calls/call-table.js';

/** Functions shown one by one. */
const FUNCTIONS_MAX = 200;

type Parts = Pick<ServerParts, 'core' | 'info'>;

export function overviewOf({ core, info }: Parts, erred: number, nowMs: number): Overview {
  const { workers, clients, counts, startedMs, clusterName, address } = info();
  const memory = { process: 0, managed: 0, spilled: 0, limit: 0 };
  let [threads, cpu, transferred] = [0, 0, 0];
  for (const worker of workers) {
    threads += worker.nthreads;
    cpu += worker.cpu;
    transferred += worker.bytesReceived;
    memory.process += worker.memory['process'] ?? 0;
    memory.managed += worker.heldBytes;
    memory.spilled += worker.memory['spilled'] ?? 0;
    memory.limit += worker.memoryLimit;
  }
  return {
    timeMs: nowMs,
    startedMs,
    name: clusterName,
    address,
    version: COVEY_VERSION,
    workers: workers.length,
    threads,
    clients: clients.length,
    counts,
    completed: core.totals().functions.reduce((sum, { count }) => sum + count, 0) - erred,
    erred,
    cpu,
    memory,
    transferred,
  };
}

/** Amounts of the last look, to make rates of. */
interface Seen {
  readonly atMs: number;
  readonly received: number;
  readonly sent: number;
}

export class WorkerRows {
  #seen = new Map<WorkerId, Seen>();

  of({ core }: Pick<Parts, 'core'>, nowMs: number): readonly WorkerRow[] {
    const seen = new Map<WorkerId, Seen>();
    const rows = core.workers(nowMs).map((worker): WorkerRow => {
      const figures = core.workerFigures(worker.id);
      const before = this.#seen.get(worker.id);
      const now = { atMs: nowMs, received: worker.bytesReceived, sent: worker.bytesSent };
      seen.set(worker.id, now);
      const seconds = before === undefined ? Infinity : (nowMs - before.atMs) / 1000;
      return {
        id: worker.id,
        name: worker.name,
        address: worker.address,
        host: worker.host,
        pid: worker.pid,
        status: worker.status,
        threads: worker.nthreads,
        cpu: worker.cpu,
        memory: {
          process: figures?.memory.process ?? 0,
          managed: worker.heldBytes,
          leased: figures?.memory.leased ?? 0,
          spilled: figures?.memory.spilled ?? 0,
          limit: worker.memoryLimit,
        },
        processing: worker.processing,
        executing: figures?.executing ?? 0,
        ready: figures?.ready ?? 0,
        suspended: figures?.suspended ?? 0,
        held: worker.held,
        completed: worker.completed,
        occupancyMs: worker.occupancyMs,
        readRate: Math.max(0, now.received - (before?.received ?? 0)) / seconds,
        writeRate: Math.max(0, now.sent - (before?.sent ?? 0)) / seconds,
        loopDelayMs: figures?.loopDelayMs ?? 0,
        lastSeenMs: worker.lastSeenMs,
      };
    });
    this.#seen = seen;
    return rows;
  }
}

export function progressOf({ core }: Pick<Parts, 'core'>): readonly ProgressRow[] {
  const ran = new Map(core.totals().functions.map((each) => [each.name, each]));
  const rows = core.countsByName().map(({ name, counts }): ProgressRow => {
    const { count = 0, totalMs = 0 } = ran.get(name) ?? {};
    ran.delete(name);
    return {
      name,
      waiting: counts.waiting,
      queued: counts.queued + counts['no-worker'],
      processing: counts.processing,
      memory: counts.memory,
      erred: counts.erred,
      released: Math.max(0, count - counts.memory - counts.erred),
      meanMs: count === 0 ? 0 : totalMs / count,
    };
  });
  for (const { name, count, totalMs } of ran.values()) {
    rows.push({ ...nothing, name, released: count, meanMs: totalMs / count });
  }
  rows.sort((a, b) => tasksOf(b) - tasksOf(a) || (a.name < b.name ? -1 : 1));
  if (rows.length <= FUNCTIONS_MAX) return rows;
  return [...rows.slice(0, FUNCTIONS_MAX), rows.slice(FUNCTIONS_MAX).reduce(sumOf, { ...nothing, name: '…' })];
}

const nothing = { waiting: 0, queued: 0, processing: 0, memory: 0, erred: 0, released: 0, meanMs: 0 };

function tasksOf({ waiting, queued, processing, memory, erred, released }: ProgressRow): number {
  return waiting + queued + processing + memory + erred + released;
}

function sumOf(a: ProgressRow, b: ProgressRow): ProgressRow {
  const [ranA, ranB] = [a.memory + a.erred + a.released, b.memory + b.erred + b.released];
  return {
    name: a.name,
    waiting: a.waiting + b.waiting,
    queued: a.queued + b.queued,
    processing: a.processing + b.processing,
    memory: a.memory + b.memory,
    erred: a.erred + b.erred,
    released: a.released + b.released,
    meanMs: ranA + ranB === 0 ? 0 : (a.meanMs * ranA + b.meanMs * ranB) / (ranA + ranB),
  };
}
