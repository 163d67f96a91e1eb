/**
 * JupyterLab with a prefix of Covey's own: its kernels and extensions are added to those that Jupyter finds, and what Lab
 * remembers is kept beside them.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { UsageError } from '../failure.js';
import type { Terminal } from '../terminal.js';

/**
 * Runs until JupyterLab ends; Ctrl-C goes to it.
 * @returns its exit code.
 * @throws {UsageError} when there is no Jupyter.
 */
export function runJupyterLab(
  prefix: string,
  args: readonly string[],
  terminal: Terminal,
  folders: JupyterFolders,
): Promise<number> {
  const { environment } = terminal;
  const child = spawn('jupyter', ['lab', ...args], {
    stdio: 'inherit',
    env: labEnvironment(prefix, environment, folders),
  });
  // The terminal sends Ctrl-C to both; Lab asks whether it is meant, and this command ends with it.
  const stop = terminal.onInterrupt((signal) => {
    if (signal === 'SIGTERM') child.kill(signal);
  });
  return new Promise<number>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const isMissing = cause.code === 'ENOENT';
      const hint = 'there is no jupyter on the PATH; install JupyterLab 4, for instance with: pip install jupyterlab';
      reject(isMissing ? new UsageError(hint, { cause }) : cause);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(stop);
}

/** The user's own folders, which are read as before and not written. */
export interface JupyterFolders {
  readonly config: string;
  readonly data: string;
}

/** What Jupyter is told by variables: it writes below the prefix, and finds there first what is there. */
export function labEnvironment(
  prefix: string,
  environment: NodeJS.ProcessEnv,
  { config, data }: JupyterFolders,
): NodeJS.ProcessEnv {
  const lab = join(prefix, 'lab');
  return {
    ...environment,
    JUPYTER_PATH: pathOf(join(prefix, 'share', 'jupyter'), environment['JUPYTER_PATH'], data),
    JUPYTER_CONFIG_PATH: pathOf(environment['JUPYTER_CONFIG_PATH'], config),
    JUPYTER_CONFIG_DIR: join(lab, 'config'),
    JUPYTER_DATA_DIR: join(lab, 'data'),
    JUPYTER_RUNTIME_DIR: join(lab, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(lab, 'user-settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(lab, 'workspaces'),
  };
}

function pathOf(...folders: readonly (string | undefined)[]): string {
  return folders.filter((folder) => folder !== undefined && folder !== '').join(delimiter);
}
