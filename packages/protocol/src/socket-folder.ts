/** The folder for Unix sockets: one per user, closed to others, with short names so that paths stay far below the system's limit. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress, type Address } from './address.js';
import { ListenError } from './transport-errors.js';

/**
 * This user's folder for sockets, made if missing: under `XDG_RUNTIME_DIR` where there is one, else the folder for temporary files.
 * @throws {ListenError} when the folder exists and belongs to, or is open to, somebody else.
 */
export function socketFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const userId = process.getuid?.() ?? 0;
  const base = environment['XDG_RUNTIME_DIR'] || tmpdir();
  const path = join(base, `covey-${userId}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const status = lstatSync(path);
  if (!status.isDirectory() || status.uid !== userId || (status.mode & 0o077) !== 0) {
    throw new ListenError(
      `${path} must be a folder of user ${userId} with mode 0700; remove it or run 'chmod 700 ${path}'`,
    );
  }
  return path;
}

/** The address of a socket for a longer name (a cluster, a worker): hashed, so that any name fits. */
export function socketAddress(name: string, folder: string = socketFolder()): Address {
  const hash = createHash('sha256').update(name).digest('base64url').slice(0, 12);
  return parseAddress(`unix://${join(folder, hash)}`);
}
