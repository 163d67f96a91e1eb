/** The processor time of a cluster's scheduler, as Linux counts it: in nanoseconds, of all its threads. */
import { readFileSync, readdirSync } from 'node:fs';

/** The schedulers that a process has started. */
export function schedulersOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isSchedulerOf(parent, pid));
}

function isSchedulerOf(parent, pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[1]) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('scheduler.cjs');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return false; // It ended while the list was read.
    throw error;
  }
}

/** What a process has spent so far. */
export function processorSeconds(pid) {
  const spent = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return spent.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9;
}
