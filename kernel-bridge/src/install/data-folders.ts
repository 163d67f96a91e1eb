/**
 * Where Jupyter looks for kernels: it is asked itself, when it is there.
 */
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { InstallError } from './errors.js';

export interface InstallTarget {
  /** Into the Python environment that is first on the PATH. */
  readonly sysPrefix?: boolean | undefined;
  /** Into `DIR/share/jupyter`. */
  readonly prefix?: string | undefined;
}

const TIMEOUT_MS = 30_000;

/** The `data` folders of Jupyter, first the one of the user; nothing when there is no Jupyter. */
export function jupyterDataFolders(): string[] | undefined {
  const text = outputOf('jupyter', ['--paths', '--json']);
  if (text === undefined) return undefined;
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    return Array.isArray(data) ? data.filter((path) => typeof path === 'string') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The folder below which `kernels/` lies.
 * @throws {InstallError} when `--sys-prefix` finds no Python.
 */
export function dataFolder({ sysPrefix, prefix }: InstallTarget): string {
  if (prefix !== undefined) return join(resolve(prefix), 'share', 'jupyter');
  if (sysPrefix === true) return join(pythonPrefix(), 'share', 'jupyter');
  return jupyterDataFolders()?.[0] ?? userDataFolder(process.env, process.platform);
}

/** As `jupyter_core` decides it. */
export function userDataFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const own = environment['JUPYTER_DATA_DIR'];
  if (own !== undefined && isAbsolute(own)) return own;
  if (platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  if (platform === 'win32') return join(environment['APPDATA'] ?? homedir(), 'jupyter');
  const data = environment['XDG_DATA_HOME'];
  // One that is empty or relative counts as not set.
  return join(data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local', 'share'), 'jupyter');
}

/** Where this user's Jupyter keeps its configuration and its data. */
export function userFolders(environment: NodeJS.ProcessEnv): { readonly config: string; readonly data: string } {
  const own = environment['JUPYTER_CONFIG_DIR'];
  const config = own !== undefined && isAbsolute(own) ? own : join(homedir(), '.jupyter');
  return { config, data: userDataFolder(environment, process.platform) };
}

function pythonPrefix(): string {
  for (const python of ['python3', 'python']) {
    const prefix = outputOf(python, ['-c', 'import sys; print(sys.prefix)'])?.trim();
    if (prefix !== undefined && isAbsolute(prefix)) return prefix;
  }
  throw new InstallError('There is no Python on the PATH whose prefix could be used; name a folder with --prefix DIR.');
}

/** What a program printed; nothing when it is not there or failed. */
export function outputOf(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
  } catch {
    return undefined;
  }
}
