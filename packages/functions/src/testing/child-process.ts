/** One long-lived process that runs functions for a table of tests, from a bundle that is made on the spot. */
import { execFileSync, fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureFunction, decodeAsync, encode } from '../index.js';
import type { ChildReply, ChildRequest } from './child.js';

/** The folder of the package; tests compiled elsewhere run in it. */
export const packageRoot = join(import.meta.dirname, '..', '..');

export class TestChild {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #waiting = new Map<number, (reply: ChildReply) => void>();
  #count = 0;

  private constructor(child: ChildProcess, directory: string) {
    this.#process = child;
    this.#directory = directory;
    child.on('message', (reply: ChildReply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  /** @param bundle the compiled child; without it, it is compiled first */
  static start(bundle?: string): TestChild {
    const directory = mkdtempSync(join(tmpdir(), 'covey-functions-'));
    const file = bundle ?? join(directory, 'child.cjs');
    const entry = join(packageRoot, 'src', 'testing', 'child.ts');
    if (bundle === undefined) esbuild({ entryPoints: [entry], bundle: true, format: 'cjs', outfile: file });
    const child = fork(file, { serialization: 'advanced', cwd: process.cwd(), execArgv: [] });
    return new TestChild(child, directory);
  }

  /** Captures, sends, runs there, and decodes what came back; throws what was thrown there. */
  async run(fn: (...args: never[]) => unknown, args: readonly unknown[] = []): Promise<unknown> {
    const { blob } = captureFunction(fn);
    const id = this.#count++;
    const reply = new Promise<ChildReply>((resolve) => this.#waiting.set(id, resolve));
    const request: ChildRequest = { id, blob, args: encode(args, { path: 'arguments' }) };
    this.#process.send(request);
    const { outcome, frames } = await reply;
    const value = await decodeAsync(frames);
    if (outcome === 'error') throw value;
    return value;
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
    rmSync(this.#directory, { recursive: true });
  }
}

/** Compiles in a process of its own: under jest the compiler can't run in this one. */
export function esbuild(options: Readonly<Record<string, unknown>>): void {
  const all = { platform: 'node', target: 'node20', logLevel: 'warning', ...options };
  const program = "require('esbuild').buildSync(JSON.parse(process.argv[1]))";
  execFileSync(process.execPath, ['-e', program, JSON.stringify(all)]);
}
