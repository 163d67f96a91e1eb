/**
 * What the main thread has had of the processor. On a busy machine a thread may stand in line for longer than an interrupt
 * is patient, in the middle of anything; only one that had its time, and didn't look, is in a loop. Linux tells; elsewhere
 * the clock on the wall has to do.
 */
import { readFileSync } from 'node:fs';

/** Since a moment. */
export class MainThreadTime {
  readonly #startMs: number | undefined = processorMs();

  /** It wants to run, and has had less than so many milliseconds to do it. */
  isKeptWaiting(patienceMs: number): boolean {
    if (this.#startMs === undefined) return false;
    const nowMs = processorMs();
    return nowMs !== undefined && nowMs - this.#startMs < patienceMs && isRunnable();
  }
}

/** The main thread bears the number of the process. */
const folder = `/proc/self/task/${process.pid}`;

function processorMs(): number | undefined {
  const text = read('schedstat');
  return text === undefined ? undefined : Number(text.split(' ')[0]) / 1e6;
}

function isRunnable(): boolean {
  const stat = read('stat') ?? '';
  // The name in brackets may hold anything.
  return stat.charAt(stat.lastIndexOf(')') + 2) === 'R';
}

function read(file: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readFileSync(`${folder}/${file}`, 'utf8');
  } catch {
    // A kernel that was built without it.
    return undefined;
  }
}
