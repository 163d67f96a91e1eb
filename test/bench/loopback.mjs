/**
 * The bare limit beside the transfers: a loopback TCP socket between two processes, read straight into a reused buffer.
 * Run as a child (`node loopback.mjs serve BYTES`) it sends that many bytes to whoever connects.
 */
import { fork } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const PIECE = 1 << 20;

function serve(bytes) {
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

/** MB/s over a bare loopback socket: the best of three, as the transfers beside it are measured. */
export async function loopbackMBps(megabytes) {
  const bytes = megabytes * 1048576;
  const child = fork(here, ['serve', String(bytes)]);
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

if (process.argv[1] === here && process.argv[2] === 'serve') serve(Number(process.argv[3]));
