/** What a made-up cluster shows in each topic. The same seed gives the same cluster. */
import type {
  ErrorGroup,
  EventRow,
  GraphNode,
  GraphState,
  Overview,
  ProfileNode,
  ProgressRow,
  TransferMatrix,
  WorkerRow,
} from '@covey/protocol/bridge';
import { seeded } from './random.js';

export interface SampleShape {
  readonly seed: number;
  readonly workers: number;
  readonly threads: number;
  readonly functions: number;
  readonly tasksPerSecond: number;
  readonly graphNodes: number;
  /** Names as long as they come. */
  readonly longNames: boolean;
}

const GIGABYTE = 1e9;
const VERBS = [
  'load',
  'parse',
  'filter',
  'inc',
  'shuffle',
  'split',
  'merge',
  'sum',
  'fit',
  'score',
  'transpose',
  'sample',
];
const NOUNS = ['', 'Chunk', 'Partition', 'Rows', 'Block', 'Tree', 'Model', 'Window'];

export class SampleCluster {
  readonly shape: SampleShape;
  readonly workerNames: readonly string[];
  readonly functionNames: readonly string[];
  readonly #random: () => number;

  constructor(shape: SampleShape) {
    this.shape = shape;
    this.#random = seeded(shape.seed);
    const suffix = shape.longNames ? '-ip-10-20-30-40.eu-central-1.compute.internal-slot' : '';
    this.workerNames = Array.from({ length: shape.workers }, (_, i) => `worker${suffix}-${i}`);
    this.functionNames = Array.from({ length: shape.functions }, (_, i) => {
      const name = `${VERBS[i % VERBS.length]}${NOUNS[Math.floor(i / VERBS.length) % NOUNS.length]}`;
      const long = shape.longNames ? 'OfTheQuarterlyAggregatedMeasurementsByStationAndSensorWithGapsFilled' : '';
      return `${name}${i >= 96 ? i : ''}${long}`;
    });
  }

  overview(timeMs: number): Overview {
    const { workers, threads, tasksPerSecond } = this.shape;
    const wave = 0.5 + 0.5 * Math.sin(timeMs / 21_000);
    const limit = workers * 8 * GIGABYTE;
    const seconds = (timeMs - START_MS) / 1000;
    return {
      timeMs,
      startedMs: START_MS,
      name: 'orchard',
      address: 'ws://127.0.0.1:8786',
      version: '0.1.0',
      workers,
      threads: workers * threads,
      clients: 2,
      counts: { waiting: 1200, queued: 340, processing: workers * threads * 2, memory: 5210, erred: 3, released: 0 },
      completed: Math.round(seconds * tasksPerSecond * 0.92 + tasksPerSecond * 3 * Math.sin(timeMs / 9000)),
      erred: 3,
      cpu: workers * threads * (0.55 + 0.4 * wave + 0.03 * Math.sin(timeMs / 900)),
      memory: {
        process: limit * (0.3 + 0.3 * wave),
        managed: limit * (0.2 + 0.25 * wave),
        spilled: limit * Math.max(0, 0.2 * wave - 0.1),
        limit,
      },
      transferred: seconds * 4e7 + 2e8 * Math.sin(timeMs / 7000),
    };
  }

  workers(timeMs: number): WorkerRow[] {
    const { threads } = this.shape;
    return this.workerNames.map((name, id) => {
      const phase = 0.5 + 0.5 * Math.sin(timeMs / 3000 + id * 1.7);
      const limit = 8 * GIGABYTE;
      const managed = limit * (0.1 + 0.4 * phase);
      return {
        id,
        name,
        address: `tcp://10.0.${id >> 8}.${id & 255}:39${String(id % 1000).padStart(3, '0')}`,
        host: `host-${id % 16}`,
        pid: 4000 + id,
        status: id % 17 === 11 ? 'paused' : id % 23 === 19 ? 'retiring' : 'running',
        threads,
        cpu: threads * (0.3 + 0.68 * phase),
        memory: {
          process: managed + limit * (0.08 + (0.2 * ((id * 7) % 10)) / 10),
          managed,
          leased: limit * 0.05 * phase,
          spilled: id % 5 === 2 ? limit * 0.3 * phase : 0,
          limit,
        },
        processing: 2 * threads,
        executing: Math.round(threads * (0.4 + 0.6 * phase)),
        ready: Math.round(12 * phase),
        suspended: 0,
        held: Math.round(900 * phase) + id,
        completed: 5000 + id * 37,
        occupancyMs: 4000 * phase,
        readRate: 3e7 * phase,
        writeRate: 2.4e7 * (1 - phase),
        loopDelayMs: 0.4 + phase,
        lastSeenMs: timeMs - 200,
      };
    });
  }

  progress(timeMs: number): ProgressRow[] {
    const done = ((timeMs - START_MS - 540_000) % 120_000) / 120_000;
    return this.functionNames.map((name, i) => {
      const total = 200 + ((i * 7919) % 4000);
      const share = Math.max(0, Math.min(1, done * 2.2 - i / Math.max(1, this.functionNames.length)));
      const ended = Math.round(total * share);
      const erred = i % 9 === 4 ? Math.min(ended, 7) : 0;
      const rest = total - ended;
      const processing = Math.min(rest, share > 0 ? 24 : 0);
      const queued = Math.min(rest - processing, share > 0 ? Math.round(total * 0.1) : 0);
      const memory = Math.round((ended - erred) * 0.35);
      return {
        name,
        waiting: rest - processing - queued,
        queued,
        processing,
        memory,
        erred,
        released: ended - erred - memory,
        meanMs: share > 0 ? 2 + ((i * 31) % 400) : 0,
      };
    });
  }

  transfers(timeMs: number): TransferMatrix {
    const workers = this.workerNames;
    const bytes = new Float64Array(workers.length ** 2);
    for (let from = 0; from < workers.length; from++) {
      for (let to = 0; to < workers.length; to++) {
        const near = Math.exp(-Math.abs(from - to) / 2);
        const share = Math.max(0, Math.sin(from * 12.9 + to * 78.2) * 0.5 + near);
        if (from !== to && share > 0.3)
          bytes[from * workers.length + to] = 2e7 * share * (0.8 + 0.2 * Math.sin(timeMs / 4000 + from));
      }
    }
    return { workers, bytes, overMs: 500 };
  }

  /** A graph in layers, in which states run from the left to the right. */
  graph(progressShare: number): GraphNode[] {
    const { graphNodes } = this.shape;
    const random = seeded(this.shape.seed + 1);
    const nodes: GraphNode[] = [];
    const layers = Math.max(2, Math.round(Math.sqrt(graphNodes / 6)));
    const width = Math.ceil(graphNodes / layers);
    for (let id = 1; id <= graphNodes; id++) {
      const layer = Math.floor((id - 1) / width);
      const place = (id - 1) % width;
      const dependencies =
        layer === 0
          ? []
          : [
              ...new Set(
                [0, Math.round((random() - 0.5) * 4)].map(
                  (d) => (layer - 1) * width + 1 + Math.max(0, Math.min(width - 1, place + d)),
                ),
              ),
            ];
      const name = this.functionNames[layer % this.functionNames.length]!;
      nodes.push({
        id,
        key: `${name}-${((id * 2654435761) % 2 ** 32).toString(16)}`,
        name,
        state: stateAt(id / graphNodes - progressShare, random()),
        dependencies,
      });
    }
    return nodes;
  }

  events(timeMs: number): EventRow[] {
    const event = (ago: number, topic: string, level: EventRow['level'], text: string): EventRow => ({
      timeMs: timeMs - ago,
      topic,
      level,
      text,
      payload: null,
    });
    const arrivals = this.workerNames
      .slice(0, 60)
      .map((name, i) => event(600_000 - i * 40, 'workers', 'info', `${name} came, with ${this.shape.threads} threads`));
    const logs = Array.from({ length: 40 }, (_, i) =>
      event(300_000 - i * 6500, 'training', 'info', `epoch ${i}: loss ${(2 / (1 + i / 6)).toFixed(4)}`),
    );
    return [
      ...arrivals,
      ...logs,
      event(
        41_000,
        'workers',
        'warning',
        `${this.workerNames[0] ?? 'worker'} has used 82 % of its memory and spills to disk`,
      ),
      event(
        12_000,
        'workers',
        'error',
        `${this.workerNames.at(-1) ?? 'worker'} left: killed by signal SIGKILL, probably for its memory`,
      ),
      event(3000, 'scheduler', 'info', 'work was given back by a worker that retires'),
    ];
  }

  errors(timeMs: number): ErrorGroup[] {
    const stack = (title: string, name: string) =>
      [
        title,
        `    at ${name} (cell 12 of analysis.ipynb:4:11)`,
        '    at readRows (/home/ada/project/src/reader.ts:118:9)',
        '    at async Promise.all (index 3)',
        '    at main (cell 14 of analysis.ipynb:1:1)',
      ].join('\n');
    const group = (name: string, title: string, count: number, ago: number): ErrorGroup => ({
      name,
      title,
      stack: stack(title, name),
      count,
      firstMs: timeMs - ago - 60_000,
      lastMs: timeMs - ago,
      keys: Array.from(
        { length: Math.min(count, 10) },
        (_, i) => `${name}-${((0x9e3779b9 * (i + 1)) >>> 0).toString(16)}`,
      ),
      workers: this.workerNames.slice(0, 3),
    });
    const names = this.functionNames;
    return [
      group(names[1] ?? 'parse', 'SyntaxError: Unexpected token “<” in JSON at position 0', 37, 2000),
      group(
        names[0] ?? 'load',
        'FetchError: request to https://data.example.org/2024/07/part-00017.parquet failed, reason: connect ETIMEDOUT',
        4,
        30_000,
      ),
      group(names[3] ?? 'fit', 'RangeError: Invalid array length', 1, 90_000),
    ];
  }

  profile(): ProfileNode {
    const random = this.#random;
    const grow = (name: string, place: string, totalMs: number, depth: number): ProfileNode => {
      const children: ProfileNode[] = [];
      let left = totalMs * (depth === 0 ? 1 : 0.75 + 0.2 * random());
      for (let i = 0; i < 4 && depth < 14 && totalMs > 250 && left > totalMs * 0.08; i++) {
        const part = left * (0.35 + 0.5 * random());
        const file = ['reader', 'model', 'matrix', 'shuffle', 'codec'][(depth + i) % 5]!;
        const verb = VERBS[(depth * 5 + i * 3) % VERBS.length]!;
        children.push(
          grow(
            `${verb}${NOUNS[(depth + i) % NOUNS.length]}`,
            `src/${file}.ts:${20 + ((depth * 31 + i * 17) % 300)}`,
            part,
            depth + 1,
          ),
        );
        left -= part;
      }
      return { name, place, totalMs, children };
    };
    return grow('all', '', 42_000, 0);
  }

  task(key: string, timeMs: number): unknown {
    const dependencies = this.functionNames.slice(0, 3).map((name, i) => `${name}-${(0x51ab * (i + 3)).toString(16)}`);
    const step = (ago: number, from: string, to: string, stimulus: string, worker?: string) => ({
      timeMs: timeMs - ago,
      key,
      from,
      to,
      stimulus,
      ...(worker && { worker }),
    });
    return {
      key,
      taskId: 17,
      state: 'waiting',
      name: key.split('-')[0],
      because: 'It waits for one task that it needs: parse-1feeb, which is processing on worker-3.',
      nbytes: 0,
      type: '',
      whoHas: [],
      dependencies,
      dependents: [`${this.functionNames[5] ?? 'sum'}-77aa01`],
      waitingOn: dependencies.slice(1, 2),
      wantedBy: ['notebook analysis.ipynb'],
      priority: 4,
      retriesLeft: 2,
      suspicion: 0,
      story: [
        step(4200, 'released', 'waiting', 'submitted by notebook analysis.ipynb'),
        step(3900, 'waiting', 'processing', 'all that it needs is in memory', this.workerNames[0]),
        step(1200, 'processing', 'waiting', 'a worker died that held what it needs', this.workerNames[0]),
      ],
      workers: this.workerNames.slice(0, 5).map((address, i) => ({
        address,
        eligible: i !== 2,
        ...(i === 2 && { because: 'it is paused: its memory is nearly used up' }),
        occupancyMs: 900 * i,
        bytesToMove: 3e6 * i,
        startMs: 940 * i + 3,
      })),
    };
  }
}

/** The made-up cluster's first moment. */
export const START_MS = Date.UTC(2026, 4, 20, 9, 0, 0);

function stateAt(ahead: number, chance: number): GraphState {
  if (ahead < -0.06) return chance < 0.01 ? 'erred' : chance < 0.3 ? 'released' : 'memory';
  if (ahead < 0.02) return chance < 0.5 ? 'memory' : 'processing';
  if (ahead < 0.08) return chance < 0.6 ? 'queued' : 'waiting';
  return 'waiting';
}
