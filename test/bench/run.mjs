/**
 * `npm run bench`: the workloads of the peer's benchmark under the same names, two workers of one thread, every role in a
 * process of its own, on loopback.
 *
 *     npm run bench -- --suite dashboard       frames of the dashboard's task stream, in a browser
 *     npm run bench -- --suite kernel [--rounds 6] [--peers DIR]   beside other TypeScript kernels; DIR: where they are installed
 *     npm run bench -- [--only NAME,NAME] [--scale 1.0] [--rounds 5] [--json FILE] [--peer]
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Executor, LocalCluster } from 'covey';
import { peerFigures } from './peer.mjs';
import { printFigures, ratios } from './report.mjs';
import { chain } from './workloads/chain.mjs';
import { shuffle, stencil, tree } from './workloads/graphs.mjs';
import { latency } from './workloads/latency.mjs';
import { growth, map_gather } from './workloads/map-gather.mjs';
import { scheduler_memory } from './workloads/scheduler-memory.mjs';
import { startup } from './workloads/startup.mjs';
import { peer_transfer, scatter_gather } from './workloads/transfers.mjs';
import { viewers } from './workloads/viewers.mjs';

const workloads = {
  startup,
  latency,
  chain,
  map_gather,
  tree,
  stencil,
  shuffle,
  scatter_gather,
  peer_transfer,
  scheduler_memory,
  growth,
  viewers,
};

/** These make their own clusters. */
const standalone = new Set(['startup', 'viewers']);

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    peer: { type: 'boolean', default: false },
    suite: { type: 'string', default: 'cluster' },
    peers: { type: 'string' },
  },
});
if (!['cluster', 'dashboard', 'kernel'].includes(flags.suite))
  throw new Error(`No suite named ${flags.suite}; there are cluster, dashboard, kernel`);
const only = flags.only.split(',').filter(Boolean);
const unknown = only.filter((name) => !(name in workloads));
if (unknown.length > 0)
  throw new Error(`No workload named ${unknown.join(', ')}; there are ${Object.keys(workloads).join(', ')}`);
const scale = Number(flags.scale);
const settings = { scale, rounds: Number(flags.rounds), targetSeconds: Math.min(1, scale) };

/** Runs a workload on a cluster of its own: what one leaves behind must not colour the next. */
async function onCluster(workload) {
  const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1 });
  try {
    const executor = await Executor.connect(cluster);
    try {
      await executor.waitForWorkers(2);
      return await workload({ ...settings, executor });
    } finally {
      await executor.close();
    }
  } finally {
    await cluster.close();
  }
}

const figures = {};
// Suites that need a browser or other kernels are loaded for themselves: what is in memory is the collector's work in every other.
if (flags.suite === 'dashboard') {
  const { dashboardFigures } = await import('./dashboard.mjs');
  figures.task_stream = await dashboardFigures();
  printFigures('task_stream', figures.task_stream);
}
if (flags.suite === 'kernel') {
  const { benchKernels } = await import('./kernel.mjs');
  Object.assign(figures, await benchKernels({ rounds: settings.rounds, peers: flags.peers }));
}
for (const [name, workload] of Object.entries(flags.suite === 'cluster' ? workloads : {})) {
  if (only.length > 0 && !only.includes(name)) continue;
  figures[name] = standalone.has(name) ? await workload(settings) : await onCluster(workload);
  printFigures(name, figures[name]);
}

const report = { node: process.version, processors: `${cpus().length} × ${cpus()[0].model}`, figures };
if (flags.peer) {
  report.peer = await peerFigures({ only: only.filter((name) => name !== 'growth' && name !== 'viewers'), scale });
  report.ratios = ratios(figures, report.peer);
  console.log(`\nAgainst distributed ${report.peer.version} (Python ${report.peer.python}), how many times better:`);
  for (const [name, values] of Object.entries(report.ratios)) printFigures(name, values);
}
if (flags.json) await writeFile(flags.json, `${JSON.stringify(report, undefined, 1)}\n`);
