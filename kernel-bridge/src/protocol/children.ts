/**
 * The processes that a cell started, found among this process's children by their age. `execSync` holds the main thread
 * in native code, where nothing of ours can stop it; it returns when its child ends.
 *
 * Clusters and what belongs to them are children of this process too, and are never meant.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly ageMs: number;
  readonly commandLine: string;
}

/** Entries of Covey's own processes. */
const clusterProcess = /\bbundle[/\\](?:scheduler|nanny|worker|thread|keeper)\.cjs\b/;
/** Ages are told in steps of 10 ms or a second. */
const SLACK_MS = process.platform === 'linux' ? 100 : 1100;
const TICKS_PER_MS = 0.1;

/** Sends a signal to the children that are not older than `ageMs`, and to all that they started. */
export function signalChildren(ageMs: number, signal: NodeJS.Signals): number {
  const entries = process.platform === 'linux' ? fromProc() : fromPs();
  const young = entries.filter(
    ({ parent, ageMs: age, commandLine }) =>
      parent === process.pid && age <= ageMs + SLACK_MS && !clusterProcess.test(commandLine),
  );
  const targets = [...young];
  for (const target of targets) targets.push(...entries.filter(({ parent }) => parent === target.pid));
  for (const { pid } of targets) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return targets.length;
}

function fromProc(): ProcessEntry[] {
  const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name in brackets may hold anything; fields are counted behind it.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const startedMs = Number(fields[19]) / TICKS_PER_MS;
        return [{ pid: Number(name), parent: Number(fields[1]), ageMs: uptimeMs - startedMs, commandLine }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

function fromPs(): ProcessEntry[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,etime=,command='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, days = 0, hours = 0, minutes, seconds, commandLine = ''] = match;
    const age = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
    return [{ pid: Number(pid), parent: Number(parent), ageMs: age * 1000, commandLine }];
  });
}
