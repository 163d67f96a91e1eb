/** The peer, Dask's `distributed`, on the same workloads in the same run; only where a Python has it. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Places where the peer's script may be: named by the environment, or the shared benchmark folder beside the checkout. */
function scriptCandidates() {
  return [process.env.COVEY_BENCH_PEER, new URL('../../../shared/bench/dask_peer.py', import.meta.url).pathname].filter(
    Boolean,
  );
}

async function findScript() {
  for (const path of scriptCandidates()) {
    try {
      await access(path);
      return path;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  throw new Error('The peer benchmark needs its script: set COVEY_BENCH_PEER to the path of dask_peer.py.');
}

async function findPython() {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      await run(python, ['-c', 'import distributed, numpy']);
      return python;
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 1) continue;
      throw error;
    }
  }
  throw new Error(
    'The peer benchmark needs a Python with distributed: apt-get install python3-distributed python3-numpy.',
  );
}

/** Figures by workload, as the script prints them. */
export async function peerFigures({ only, scale }) {
  const script = await findScript();
  const python = await findPython();
  const args = [script, '--scale', String(scale)];
  if (only.length > 0) args.push('--only', only.join(','));
  const { stdout } = await run(python, args, { maxBuffer: 1 << 24, timeout: 15 * 60_000 });
  return JSON.parse(stdout);
}
