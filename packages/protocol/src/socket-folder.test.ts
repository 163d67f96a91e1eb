import { spawnSync } from 'node:child_process';
import { existsSync, lutimesSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatAddress } from './address.js';
import { socketAddress, sweepSocketFolder } from './socket-folder.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'covey-sockets-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (name: string) => formatAddress(socketAddress(name, folder)).slice('unix://'.length);
const age = (path: string) => lutimesSync(path, new Date(0), new Date(0));

/** A socket whose process was killed. */
function dead(path: string): string {
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
  expect(existsSync(path)).toBe(true);
  return path;
}

test('sockets of dead processes are removed, and nothing else', async () => {
  const old = dead(pathOf('dead'));
  const fresh = dead(pathOf('dead just now'));
  const foreign = dead(join(folder, 'somebody.sock'));
  const file = pathOf('a file');
  writeFileSync(file, '');
  const living = pathOf('living');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(living, resolve));
  for (const path of [old, foreign, file, living]) age(path);
  try {
    expect(await sweepSocketFolder(folder)).toEqual([old]);
    expect(readdirSync(folder)).toHaveLength(4);
    expect([fresh, foreign, file, living].filter((path) => !existsSync(path))).toEqual([]);
    expect(await sweepSocketFolder(folder)).toEqual([]);
  } finally {
    server.close();
  }
});
