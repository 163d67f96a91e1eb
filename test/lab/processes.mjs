/** Processes as the system lists them. */
import { readFileSync, readdirSync } from 'node:fs';

/** The process of a kernel: its connection file is among its arguments. */
export function processOfKernel(kernelId) {
  const [pid] = processesWith(`kernel-${kernelId}.json`);
  if (pid === undefined) throw new Error(`no process has the connection file of kernel ${kernelId}`);
  return pid;
}

/** The processes that have this text among their arguments. */
export function processesWith(text) {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text) ? [Number(name)] : [];
    } catch {
      return []; // It ended while the list was read.
    }
  });
}
