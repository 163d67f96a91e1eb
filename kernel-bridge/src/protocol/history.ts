/**
 * What was executed, in this session and before: one line of JSON an entry in a file of the user's, shared by all kernels.
 * A file that can't be read or written never stops a cell: the history then lives as long as the kernel.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Session, number within it, input, and what its result looked like (only known for the running session). */
export interface HistoryEntry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  output: string | null;
}

const ENTRIES_MAX = 20_000;

export function historyFile(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment['COVEY_HOME'];
  if (home !== undefined && isAbsolute(home)) return join(home, 'kernel-history.jsonl');
  const state = environment['XDG_STATE_HOME'];
  const folder = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(folder, 'covey', 'kernel-history.jsonl');
}

export class History {
  readonly #path: string;
  #entries: HistoryEntry[] | undefined;
  #session = 1;
  #isWritable = true;

  constructor(path: string) {
    this.#path = path;
  }

  add(line: number, input: string): HistoryEntry {
    const entries = this.#load();
    const entry = { session: this.#session, line, input, output: null };
    entries.push(entry);
    this.#append(entry);
    return entry;
  }

  /** The last entries, oldest first. */
  tail(count: number): HistoryEntry[] {
    return count <= 0 ? [] : this.#load().slice(-count);
  }

  /** Lines from `start` up to but without `stop` of a session: 0 is the running one, -1 the one before it. */
  range(session: number, start: number, stop: number | undefined): HistoryEntry[] {
    const entries = this.#load();
    const wanted = session > 0 ? session : this.#session + session;
    return entries.filter(
      ({ session: of, line }) => of === wanted && line >= start && (stop === undefined || line < stop),
    );
  }

  /** Entries whose whole input matches a pattern with `*` and `?`; of equal inputs the last, if `unique`. */
  search(pattern: string, count: number | undefined, unique: boolean): HistoryEntry[] {
    const matches = globMatcher(pattern);
    let found = this.#load().filter(({ input }) => matches(input));
    if (unique) {
      const last = new Map(found.map((entry) => [entry.input, entry]));
      found = found.filter((entry) => last.get(entry.input) === entry);
    }
    return count === undefined ? found : found.slice(-count);
  }

  #load(): HistoryEntry[] {
    if (this.#entries !== undefined) return this.#entries;
    let lines: string[] = [];
    try {
      lines = readFileSync(this.#path, 'utf8').split('\n');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#isWritable = false;
    }
    const entries = lines.flatMap(entryOf);
    if (entries.length > 2 * ENTRIES_MAX) this.#compact(entries.slice(-ENTRIES_MAX));
    this.#session = entries.reduce((last, { session }) => Math.max(last, session), 0) + 1;
    return (this.#entries = entries.slice(-ENTRIES_MAX));
  }

  #append({ session, line, input }: HistoryEntry): void {
    if (!this.#isWritable) return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${JSON.stringify([session, line, input])}\n`, { mode: 0o600 });
    } catch {
      this.#isWritable = false;
    }
  }

  #compact(entries: readonly HistoryEntry[]): void {
    try {
      const fresh = `${this.#path}.${process.pid}.new`;
      const text = entries.map(({ session, line, input }) => `${JSON.stringify([session, line, input])}\n`).join('');
      writeFileSync(fresh, text, { mode: 0o600 });
      renameSync(fresh, this.#path);
    } catch {
      this.#isWritable = false;
    }
  }
}

/** Nothing of a line that is torn or not ours. */
function entryOf(line: string): HistoryEntry[] {
  if (line === '') return [];
  try {
    const value = JSON.parse(line) as unknown;
    if (!Array.isArray(value)) return [];
    const [session, number, input] = value as unknown[];
    if (typeof session !== 'number' || typeof number !== 'number' || typeof input !== 'string') return [];
    return [{ session, line: number, input, output: null }];
  } catch {
    return [];
  }
}

function globMatcher(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}
