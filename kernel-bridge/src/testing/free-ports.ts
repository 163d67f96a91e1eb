/**
 * Ports that a kernel which is about to be started can have. A port that the system gives out and takes back may be given to
 * anybody before the kernel binds it, so these come from below the ones that systems give out, and each process has a
 * slice of its own: tests that run side by side don't take each other's.
 */
import { createServer } from 'node:net';

/** Below the lowest that Linux (32768) and macOS (49152) give out by themselves. */
const FIRST_PORT = 10_000;
const SLICES = 200;
const SLICE_PORTS = 100;

let next = 0;

export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let tried = 0; found.length < count; tried++) {
    if (tried >= SLICE_PORTS) throw new Error(`No ${count} ports are free from ${sliceStart()} on`);
    const port = sliceStart() + (next++ % SLICE_PORTS);
    if (await isFree(port)) found.push(port);
  }
  return found;
}

function sliceStart(): number {
  return FIRST_PORT + (process.pid % SLICES) * SLICE_PORTS;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isBound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (isBound) await new Promise((resolve) => server.close(resolve));
  return isBound;
}
