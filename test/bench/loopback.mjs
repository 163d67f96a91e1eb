/**
 * The bare limits beside the figures, from two processes that do nothing else: a loopback TCP socket read straight into a
 * reused buffer, and a small message there and back over a Unix socket, as those of a local cluster go.
 * Run as a child it sends so many bytes to whoever connects (`send BYTES`), or what it is sent (`echo PATH`).
 */
import { fork } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const PIECE = 1 << 20;
const MESSAGE = Buffer.alloc(100, 'x');
const ROUND_TRIPS = 3000;

function send(bytes) {
  const piece = Buffer.alloc(PIECE, 1);
  const server = createServer((socket) => {
    let left = bytes;
    const more = () => {
      while (left > 0) {
        const size = Math.min(PIECE, left);
        left -= size;
        if (!socket.write(size === PIECE ? piece : piece.subarray(0, size))) return socket.once('drain', more);
      }
      socket.end();
    };
    more();
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

function echo(path) {
  const server = createServer((socket) => socket.on('data', (bytes) => socket.write(bytes)));
  server.listen(path, () => process.send(path));
  process.on('disconnect', () => process.exit());
}

async function receive(port, bytes) {
  const buffer = new Uint8Array(PIECE);
  const start = performance.now();
  await new Promise((resolve, reject) => {
    let received = 0;
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback: (n) => ((received += n), true) } });
    socket.on('error', reject);
    socket.on('close', () =>
      received === bytes ? resolve() : reject(new Error(`received ${received} of ${bytes} bytes`)),
    );
  });
  return bytes / 1048576 / ((performance.now() - start) / 1e3);
}

/** How long a hundred bytes are on the way there and back, both processes asleep in between: the median in milliseconds. */
export async function roundTripMs() {
  const folder = mkdtempSync(join(tmpdir(), 'covey-bench-echo-'));
  const child = fork(here, ['echo', join(folder, 'socket')]);
  try {
    const [path] = await once(child, 'message');
    const socket = connect(path);
    await once(socket, 'connect');
    const times = [];
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const start = performance.now();
      socket.write(MESSAGE);
      for (let received = 0; received < MESSAGE.length;) received += (await once(socket, 'data'))[0].length;
      times.push(performance.now() - start);
    }
    socket.destroy();
    return median(times);
  } finally {
    child.disconnect();
    await once(child, 'exit');
    rmSync(folder, { recursive: true });
  }
}

/** MB/s over a bare loopback socket: the best of three, as the transfers beside it are measured. */
export async function loopbackMBps(megabytes) {
  const bytes = megabytes * 1048576;
  const child = fork(here, ['send', String(bytes)]);
  try {
    const [port] = await once(child, 'message');
    let best = 0;
    for (let i = 0; i < 3; i++) best = Math.max(best, await receive(port, bytes));
    return best;
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

if (process.argv[1] === here && process.argv[2] === 'send') send(Number(process.argv[3]));
if (process.argv[1] === here && process.argv[2] === 'echo') echo(process.argv[3]);
