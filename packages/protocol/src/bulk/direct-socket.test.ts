import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readDirectly } from './direct-socket.js';

/** Both ends of a connection. */
async function pair(): Promise<{ dialled: Socket; accepted: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dialled = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  server.close();
  return { dialled, accepted };
}

it('reads an accepted connection into memory of the reader, and still writes to it', async () => {
  const { dialled, accepted } = await pair();
  const memory = new Uint8Array(8);
  let filled = 0;
  const full = new Promise<void>((resolve) => {
    const direct = readDirectly(accepted, {
      buffer: () => memory.subarray(filled),
      callback: (count) => {
        filled += count;
        if (filled === 4) resolve();
        return true;
      },
    });
    direct?.write('answer');
  });
  dialled.write('abcd');
  expect(String(await once(dialled, 'data'))).toBe('answer');
  await full;
  expect(Buffer.from(memory.buffer, 0, 4).toString()).toBe('abcd');
  dialled.destroy();
});

it('ends the socket that was accepted when the connection ends, and the connection when that socket is ended', async () => {
  for (const ends of ['dialled', 'accepted', 'direct'] as const) {
    const { dialled, accepted } = await pair();
    const direct = readDirectly(accepted, { buffer: Buffer.alloc(64), callback: () => true }) as Socket;
    direct.on('end', () => direct.destroy());
    const closed = Promise.all([dialled, accepted, direct].map((socket) => once(socket, 'close')));
    dialled.resume();
    ({ dialled, accepted, direct })[ends].destroy();
    await closed;
  }
});

it('leaves alone what has bytes of its own waiting', async () => {
  const { dialled, accepted } = await pair();
  accepted.pause();
  dialled.write('early');
  accepted.read(0);
  await once(accepted, 'readable');
  expect(readDirectly(accepted, { buffer: Buffer.alloc(64), callback: () => true })).toBeUndefined();
  dialled.destroy();
  accepted.destroy();
});
