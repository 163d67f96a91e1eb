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
export function runJupyterLab(prefix: string, args: readonly string[], terminal: Terminal): Promise<number> {
  const { environment } = terminal;
  const child = spawn('jupyter', ['lab', ...args], { stdio: 'inherit', env: labEnvironment(prefix, environment) });
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

/** What Jupyter is told by variables. */
export function labEnvironment(prefix: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = join(prefix, 'share', 'jupyter');
  const others = environment['JUPYTER_PATH'];
  return {
    ...environment,
    JUPYTER_PATH: others === undefined || others === '' ? own : `${own}${delimiter}${others}`,
    JUPYTERLAB_SETTINGS_DIR: join(prefix, 'lab', 'user-settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(prefix, 'lab', 'workspaces'),
  };
}
