/** Folders and files that are this user's alone, and writes that are seen whole or not at all. */
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ConfigurationError, UnsafeFolderError } from '../errors.js';

/**
 * The folder in which Covey keeps what it must remember of this user: `COVEY_HOME`, else `covey` in the XDG state folder
 * (`~/.local/state`).
 * @throws {ConfigurationError} when `COVEY_HOME` is not an absolute path.
 */
export function coveyHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment['COVEY_HOME'];
  if (home) {
    if (!isAbsolute(home))
      throw new ConfigurationError(`COVEY_HOME must be an absolute path, not ${JSON.stringify(home)}`);
    return home;
  }
  const state = environment['XDG_STATE_HOME'];
  // The XDG specification has relative paths ignored.
  return join(state && isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'covey');
}

/**
 * Makes a folder that only this user can enter, or finds it.
 * @throws {UnsafeFolderError} when it is there and someone else's, or open to others.
 */
export function privateFolder(path: string): string {
  const made = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return path;
  if (made !== undefined) chmodSync(path, 0o700); // A set-gid parent would add its bit.
  const status = lstatSync(path);
  const userId = process.getuid?.();
  if (!status.isDirectory() || (userId !== undefined && status.uid !== userId)) {
    throw new UnsafeFolderError(`${path} must be a folder of this user; move it away or choose another by COVEY_HOME`);
  }
  if ((status.mode & 0o077) !== 0) {
    throw new UnsafeFolderError(`${path} is open to others; run 'chmod 700 ${path}' or choose another by COVEY_HOME`);
  }
  return path;
}

/** Writes a file with mode 0600 that readers see as it was before or as it is afterwards, never in between. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
