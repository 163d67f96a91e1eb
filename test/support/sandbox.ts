/**
 * A place of its own for tests that start real processes: a home, a folder for sockets, one for temporary files, and a mark
 * that every process inherits, however detached. What is left of all that at the end is a leak, and told by name.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MARK = 'COVEY_TEST_SANDBOX';
/** How long what was told to end may take. */
const GRACE_MS = 10_000;

/** A process that carries the mark of a sandbox. */
export interface MarkedProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/**
 * @example
 * ```ts
 * let sandbox: Sandbox;
 * beforeEach(() => { sandbox = new Sandbox(); });
 * afterEach(() => sandbox.expectNothingLeft());
 * ```
 */
export class Sandbox {
  readonly folder: string;
  /** For processes that a test starts. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #before: NodeJS.ProcessEnv;

  /** From now on this process, and what it starts, lives in the sandbox. */
  constructor() {
    this.#before = { ...process.env };
    // Short, since sockets lie below it; resolved by the system's own folder and not by a sandbox around this one.
    this.folder = mkdtempSync(join(this.#before[MARK] === undefined ? tmpdir() : '/tmp', 'cvy-'));
    const folders = { COVEY_HOME: 'home', XDG_RUNTIME_DIR: 'run', XDG_CONFIG_HOME: 'config', TMPDIR: 'tmp' };
    for (const name of Object.values(folders)) mkdirSync(join(this.folder, name), { mode: 0o700 });
    const inside = Object.fromEntries(
      Object.entries(folders).map(([variable, name]) => [variable, join(this.folder, name)]),
    );
    for (const name of Object.keys(process.env))
      if (name.startsWith('COVEY_') && name !== 'COVEY_TEST_RUN') delete process.env[name];
    Object.assign(process.env, inside, { [MARK]: this.folder });
    this.environment = { ...process.env };
  }

  /** Living processes that were started in the sandbox, without this one. Only Linux tells. */
  processes(): MarkedProcess[] {
    if (process.platform !== 'linux') return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        if (!readProcessFile(pid, 'environ').split('\0').includes(`${MARK}=${this.folder}`)) return [];
        return [{ pid: Number(pid), commandLine: readProcessFile(pid, 'cmdline').replaceAll('\0', ' ').trim() }];
      });
  }

  /** Sockets and files, except logs, which stay to be read, and folders, which are used again. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.folder, join(entry.parentPath, entry.name)))
      .filter((path) => !path.startsWith(join('home', 'logs')) && !path.startsWith('config'));
  }

  /**
   * Waits for the end of what was told to end, and leaves the sandbox.
   * @throws when processes, sockets or files are left; the processes are ended then.
   */
  async expectNothingLeft(): Promise<void> {
    try {
      await until(() => this.processes().length === 0 && this.files().length === 0, GRACE_MS);
      const processes = this.processes();
      const files = this.files();
      for (const { pid } of processes) endProcess(pid);
      if (processes.length > 0 || files.length > 0) throw new Error(describeLeft(processes, files));
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in this.#before)) delete process.env[name];
      Object.assign(process.env, this.#before);
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** Looks until a condition holds, or the time is over; the caller then finds what it finds. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = GRACE_MS): Promise<boolean> {
  for (const endMs = Date.now() + timeoutMs; ; await delay(10)) {
    if (await condition()) return true;
    if (Date.now() > endMs) return false;
  }
}

function describeLeft(processes: readonly MarkedProcess[], files: readonly string[]): string {
  return [
    ...processes.map(({ pid, commandLine }) => `process ${pid} was left behind: ${commandLine}`),
    ...files.map((path) => `${path} was left behind`),
  ].join('\n');
}

/** A process that ends meanwhile, or belongs to someone else, reads as empty. */
function readProcessFile(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
