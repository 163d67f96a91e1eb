/** A program with a local cluster, to be killed: it tells the addresses of its processes and waits. */
import process from 'node:process';
import { LocalCluster } from '@covey/deploy';

if (process.argv[2] === 'starting') process.stdout.write('starting\n');
const cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1, waitForWorkers: 'all' });
console.log(JSON.stringify({ address: cluster.address, workers: (await cluster.workers()).length }));
if (process.argv[2] === 'return') {
  // Nothing more to do: an open cluster does not keep a program going.
} else if (process.argv[2] === 'exit') process.exit(3);
else process.stdin.resume();
