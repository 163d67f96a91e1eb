/** The folder for Unix sockets: one per user, closed to others, with short names so that paths stay far below the system's limit. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
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
  const hash = createHash('sha256').update(name).digest('base64url').slice(0, HASH_LENGTH);
  return parseAddress(`unix://${join(folder, hash)}`);
}

const HASH_LENGTH = 12;
const OUR_NAME = new RegExp(`^[\\w-]{${HASH_LENGTH}}$`);
/** A server makes its file an instant before it answers. */
const SETTLED_MS = 5000;
/** Looked at in one go; the rest is left to the next one. */
const MOST_PROBES = 256;

/**
 * Removes the sockets of processes that were killed: those of ours (by the form of their names) that are some seconds old and refuse a connection. A
 * socket whose process is busy, or stopped, takes connections all the same, in its backlog. It keeps no program going.
 * @returns the paths that were removed
 */
export async function sweepSocketFolder(folder: string = socketFolder()): Promise<string[]> {
  const removed: string[] = [];
  const names = readdirSync(folder).filter((name) => OUR_NAME.test(name));
  for (const name of names.slice(0, MOST_PROBES)) {
    const path = join(folder, name);
    if (!isSettledSocket(path) || !(await isRefusing(path))) continue;
    try {
      unlinkSync(path);
      removed.push(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // Somebody else swept it.
    }
  }
  return removed;
}

function isSettledSocket(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status !== undefined && status.isSocket() && Date.now() - status.mtimeMs > SETTLED_MS;
}

function isRefusing(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.unref();
    // Anything else (a full backlog, no permission) says nothing of a death.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
