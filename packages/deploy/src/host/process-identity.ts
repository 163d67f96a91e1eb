/**
 * Which process a process id means: the system gives ids again, so an id on paper is worth something only together with
 * the start of its process and the boot of its machine.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, for all time. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes whenever the machine is started. */
  readonly bootId: string;
  readonly pid: number;
  /** When the process started, in a form that only equality is asked of. */
  readonly startTime: string;
}

/** What is asked of the system; tests pass their own. */
export interface ProcessTable {
  readonly host: string;
  readonly bootId: string;
  /** Undefined when no such process lives. */
  startTimeOf(pid: number): string | undefined;
}

/** The process table of this machine. */
export function systemProcessTable(): ProcessTable {
  return { host: hostname(), bootId: readBootId(), startTimeOf };
}

/** The identity of a living process (this one by default); undefined when there is none of that id. */
export function identifyProcess(table: ProcessTable, pid: number = process.pid): ProcessIdentity | undefined {
  const startTime = table.startTimeOf(pid);
  return startTime === undefined ? undefined : { host: table.host, bootId: table.bootId, pid, startTime };
}

/** Whether that process still lives. Of a process on another host nothing is known: `unknown`. */
export function isAlive(table: ProcessTable, identity: ProcessIdentity): boolean | 'unknown' {
  if (identity.host !== table.host) return 'unknown';
  if (identity.bootId !== table.bootId) return false;
  return table.startTimeOf(identity.pid) === identity.startTime;
}

function startTimeOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

function startTimeFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // No such process: the one reason for which that file can't be read.
  }
  // The second field is the command in brackets, in which anything may stand; the state follows, and field 22 is the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim() || undefined;
  } catch {
    return undefined; // `ps` fails when no process has the id.
  }
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'none'; // Elsewhere the start of a process is told as a date, which no other boot repeats.
  }
}
