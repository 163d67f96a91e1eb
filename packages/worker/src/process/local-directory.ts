/**
 * The worker's own folder: uploaded files, and what tasks write. Only its owner may read it; it goes with the worker, and if the worker could not see to
 * that, the next one does.
 */
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import type { UploadedFile } from '@covey/protocol/internal';

export class LocalDirectory {
  readonly path: string;
  readonly #base: string;

  /**
   * Makes `base` if it is not there, and a folder of its own in it.
   * @throws Error when `base` is not a folder, or not this user's.
   */
  constructor(base: string) {
    mkdirSync(base, { recursive: true, mode: 0o700 });
    const status = lstatSync(base);
    const userId = process.getuid?.();
    if (!status.isDirectory()) throw new Error(`the local directory ${base} is not a folder`);
    if (userId !== undefined && userId !== 0 && status.uid !== userId) {
      throw new Error(`the local directory ${base} belongs to another user; choose another with --local-directory`);
    }
    this.#base = base;
    this.path = mkdtempSync(join(base, `${ownPrefix(process.pid)}-`));
    chmodSync(this.path, 0o700);
  }

  /** Writes an uploaded file and answers its path. A file of that name is replaced at once, never seen half written. */
  save(file: UploadedFile): string {
    const name = basename(file.name);
    if (name !== file.name || name === '.' || name === '..' || name === '') {
      throw new Error(`an uploaded file can't be named ${JSON.stringify(file.name)}`);
    }
    const path = join(this.path, name);
    const partial = join(this.path, `.${name}.part`);
    writeFileSync(partial, file.content, { mode: 0o600 });
    renameSync(partial, path);
    return path;
  }

  /** Removes what workers of this host left that are no more. */
  purgeStale(): void {
    // The prefix has letters, digits and dashes only, beside the group for the process.
    const pattern = new RegExp(`^${ownPrefix('(\\d+)')}-\\w+$`);
    for (const name of readdirSync(this.#base)) {
      const pid = Number(pattern.exec(name)?.[1]);
      if (pid > 0 && pid !== process.pid && !isAlive(pid))
        rmSync(join(this.#base, name), { recursive: true, force: true });
    }
  }

  /** Removes the folder with all that is in it. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 2 });
  }
}

function ownPrefix(pid: number | string): string {
  return `worker-${hostname().replace(/[^\w-]/g, '-')}-${pid}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
