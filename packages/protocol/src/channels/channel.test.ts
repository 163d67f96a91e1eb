import { Secret } from '../credentials.js';
import { listen, type Listener } from '../comms/listen.js';
import { socketFolder } from '../socket-folder.js';
import { deferred } from '../shared/deferred.js';
import { ProtocolError } from '../errors.js';
import { ChannelServer, type ChannelServerOptions } from './channel-server.js';
import type { Channel } from './channel.js';
import type { ChannelCloseReason } from './channel-options.js';
import { openChannel } from './open-channel.js';

const secret = Secret.random();
const addresses = {
  ws: '127.0.0.1:0',
  unix: `unix://${socketFolder()}/test-${process.pid}`,
  inproc: 'inproc://channels',
};

async function serve(
  address: string,
  options: Partial<ChannelServerOptions> = {},
): Promise<{ listener: Listener; server: ChannelServer }> {
  const server = new ChannelServer({ onhello: () => ({}), onchannel: () => undefined, ...options });
  const listener = await listen({ address, secret, role: 'scheduler', onChannelPeer: (comm) => server.accept(comm) });
  return { listener, server };
}

describe.each(Object.entries(addresses))('a channel over %s', (_kind, address) => {
  test('carries batches, calls and facts in both directions, and ends on both sides', async () => {
    const batches: unknown[][] = [];
    const ended = deferred<ChannelCloseReason>();
    let serverSide: Channel | undefined;
    const { listener, server } = await serve(address, {
      onhello: (hello) => ({ epoch: 7, heard: hello.facts['name'], role: hello.role }),
      onchannel: (channel) => {
        serverSide = channel;
        channel.onbatch = (batch) => {
          batches.push(batch);
          channel.write().push('echo', batch.length);
        };
        channel.onclose = (reason) => ended.resolve(reason);
        channel.handle = (method, params) => {
          if (method === 'fail') throw new ProtocolError('as asked');
          return { method, params };
        };
      },
    });
    const { channel, welcome } = await openChannel(listener.contactAddress, {
      secret,
      role: 'worker',
      hello: { name: 'ann' },
    });
    expect(welcome).toEqual({ epoch: 7, heard: 'ann', role: 'worker' });
    const echoes: unknown[][] = [];
    const echoed = deferred();
    channel.onbatch = (batch) => {
      echoes.push(batch);
      echoed.resolve();
    };
    channel.write().push(3, 'a', 1.5, null, new Uint8Array([1, 2, 3]));
    channel.write().push(4, [1, [2, 3]]);
    await echoed.promise;
    expect(batches).toHaveLength(1);
    expect(batches[0]?.slice(0, 4)).toEqual([3, 'a', 1.5, null]);
    expect(new Uint8Array(batches[0]?.[4] as Uint8Array)).toEqual(new Uint8Array([1, 2, 3]));
    expect(batches[0]?.slice(5)).toEqual([4, [1, [2, 3]]]);
    expect(echoes).toEqual([['echo', 7]]);
    await expect(channel.call('sum', { a: 1 })).resolves.toEqual({ method: 'sum', params: { a: 1 } });
    await expect(channel.call('fail')).rejects.toThrow(ProtocolError);
    await channel.drained(0);
    expect(channel.unacknowledgedBytes).toBe(0);
    await channel.close('done');
    expect(await ended.promise).toEqual({ code: 'closed', message: 'done' });
    expect(serverSide?.closed).toBe(true);
    expect(server.channels).toEqual([]);
    await listener.close();
  });
});
