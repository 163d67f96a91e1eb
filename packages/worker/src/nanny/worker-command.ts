/** How worker processes are spawned unless the launcher says otherwise. */
import process from 'node:process';
import { workerEntry } from './entry-files.js';
import { spawnEnvironment } from './spawn-environment.js';
import type { WorkerCommand } from './worker-process.js';

export interface WorkerCommandOptions {
  /** Another entry script, for tests. */
  readonly entry?: string;
  /** Options of Node for the worker's process. Default none: what this process runs with (an inspector's port) is its own. */
  readonly execArgv?: readonly string[];
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export function workerCommand(options: WorkerCommandOptions = {}): WorkerCommand {
  return {
    entry: options.entry ?? workerEntry(),
    execPath: process.execPath,
    execArgv: options.execArgv ?? [],
    environment: spawnEnvironment(process.env, options.environment),
    stderr: process.stderr,
  };
}
