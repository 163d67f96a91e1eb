/** Binding a server to an address, past socket files that killed processes left behind, with errors that say what to do. */
import { chmodSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { formatAddress } from '../address.js';
import { ListenError } from '../transport-errors.js';
import type { SocketAddress } from './dial.js';

/**
 * Makes a server listen. A Unix socket is open to its owner only.
 * @throws {ListenError} when the address is taken, not this machine's, or not allowed.
 */
export async function bind(server: Server, address: SocketAddress): Promise<void> {
  try {
    await listenOn(server, address);
  } catch (error) {
    const isStale = address.kind === 'unix' && codeOf(error) === 'EADDRINUSE' && !(await isAnswering(address.path));
    if (!isStale) throw listenError(address, error);
    unlinkSync(address.path);
    await listenOn(server, address).catch((again: unknown) => Promise.reject(listenError(address, again)));
  }
  if (address.kind === 'unix') chmodSync(address.path, 0o600);
}

function listenOn(server: Server, address: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const done = () => {
      server.off('error', reject);
      resolve();
    };
    if (address.kind === 'unix') server.listen(address.path, done);
    else server.listen(address.port, address.host, done);
  });
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use: choose another port (0 takes any free one) or stop the process that holds it',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOENT: 'the folder of the socket does not exist',
};

function listenError(address: SocketAddress, cause: unknown): ListenError {
  const why = WHY[codeOf(cause) ?? ''] ?? (cause as Error).message;
  return new ListenError(`cannot listen on ${formatAddress(address)}: ${why}`, { cause });
}
