/**
 * How much memory other processes really use. On Linux a read of `/proc`, a few microseconds; elsewhere one `ps` for all.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The resident set of each process in bytes; processes that are gone are missing. */
export type ResidentMemory = (pids: readonly number[]) => Promise<ReadonlyMap<number, number>>;

/** The way of this platform. */
export function residentMemoryOf(platform: NodeJS.Platform = process.platform): ResidentMemory {
  return platform === 'linux' ? fromProc : fromPs;
}

let pageBytes: number | undefined;

async function fromProc(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  pageBytes ??= measurePageBytes();
  for (const pid of pids) {
    const pages = residentPages(String(pid));
    if (pages !== undefined) found.set(pid, pages * pageBytes);
  }
  return found;
}

/** `statm` counts pages, and Node can't tell how large they are: our own figures in both units can. */
function measurePageBytes(): number {
  const pages = residentPages('self') ?? 1;
  return 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
}

function residentPages(pid: string): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    // A process that has ended but is not yet waited for has none left.
    return pages > 0 ? pages : undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

function fromPs(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (pids.length === 0) return Promise.resolve(new Map());
  return new Promise((resolve) => {
    // A status of 1 says that some of the processes are gone; what was printed is right all the same.
    execFile('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], { timeout: 5000 }, (_error, stdout) => {
      resolve(parsePs(stdout));
    });
  });
}

/** Lines of process id and kilobytes, as `ps -o pid=,rss=` prints them. */
export function parsePs(text: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const [, pid, kilobytes] of text.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)) {
    found.set(Number(pid), Number(kilobytes) * 1024);
  }
  return found;
}
