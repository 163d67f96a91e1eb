import { createServer, connect as connectSocket } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Secret } from '../credentials.js';
import { ConnectError } from '../transport-errors.js';
import { connect } from './connect.js';
import { listen } from './listen.js';

const secret = Secret.random();

/** Dials a listener through a door that drops so many connections without a word before it lets one in. */
async function dialThrough(count: number): Promise<{ readonly outcome: string; readonly dialled: number }> {
  let dialled = 0;
  let port = 0;
  const door: Server = createServer((socket: Socket) => {
    if (++dialled <= count) {
      socket.resetAndDestroy();
      return;
    }
    const onward = connectSocket(port, '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => end.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const shown = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  await using listener = await listen({
    address: '127.0.0.1:0',
    secret,
    role: 'scheduler',
    allowedHosts: [shown],
    onChannelPeer: () => undefined,
  });
  port = (listener.address as { readonly port: number }).port;
  try {
    const comm = await connect(`ws://${shown}`, { secret, role: 'client' });
    comm.close('closed', 'done');
    return { outcome: 'connected', dialled };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { outcome: error.message, dialled };
  } finally {
    await new Promise((resolve) => door.close(resolve));
  }
}

test('who is dropped without an answer dials again', async () => {
  expect(await dialThrough(2)).toEqual({ outcome: 'connected', dialled: 3 });
});

test('who is dropped each time is told', async () => {
  const { outcome, dialled } = await dialThrough(100);
  expect(outcome).toContain('the peer dropped the connection at once');
  expect(dialled).toBe(3);
});
