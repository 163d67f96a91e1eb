/** Starts a kept cluster and is gone at once, without a goodbye. */
import process from 'node:process';
import { startCluster } from '@covey/deploy';

await startCluster({ name: process.argv[2], options: { workers: 1, threadsPerWorker: 1 } });
process.kill(process.pid, 'SIGKILL');
