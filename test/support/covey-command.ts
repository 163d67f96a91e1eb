/** The `covey` command as a process, for tests. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './sandbox.js';

const BIN = join(__dirname, '../../packages/covey/bin/covey.mjs');

/** How a command ended. */
export interface CommandEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A command that runs. */
export class CoveyCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  output = '';
  errors = '';

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.process = spawn(process.execPath, [BIN, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = once(this.process, 'close').then(([status, signal]: unknown[]) => ({
      status: status as number | null,
      signal: signal as NodeJS.Signals | null,
      output: this.output,
      errors: this.errors,
    }));
  }

  /** Waits until it has written something like that; fails with all that it wrote when it ends before. */
  async untilSaid(pattern: RegExp): Promise<RegExpMatchArray> {
    const find = () => pattern.exec(this.output) ?? pattern.exec(this.errors);
    await until(() => find() !== null || this.process.exitCode !== null || this.process.signalCode !== null, 20_000);
    const match = find();
    if (match === null)
      throw new Error(`covey never said ${String(pattern)}; it said:\n${this.output}\n${this.errors}`);
    return match;
  }

  /** As Ctrl-C in a terminal: the signal reaches every process of the command's group. */
  async interrupt(): Promise<CommandEnd> {
    if (this.process.pid !== undefined) process.kill(-this.process.pid, 'SIGINT');
    return this.ended;
  }

  async endBy(signal: NodeJS.Signals): Promise<CommandEnd> {
    this.process.kill(signal);
    return this.ended;
  }
}

/** Runs a command to its end. */
export function covey(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<CommandEnd> {
  return new CoveyCommand(args, environment).ended;
}
