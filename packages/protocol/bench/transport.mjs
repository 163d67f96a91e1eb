/**
 * How fast the transport is between two processes, beside bare `ws` and bare sockets: `node packages/protocol/bench/transport.mjs [name…]`.
 * Needs a build (`npx tsc -b packages/protocol`). Latencies swing with where the system places the processes: compare within one run only.
 */
import { fork } from 'node:child_process';
import { createServer, connect as netConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';
import { Secret } from '@covey/protocol';
import { BulkClient, ChannelServer, listen, openChannel, serveBulk } from '@covey/protocol/internal';

const MIB = 2 ** 20;
const MESSAGE = (batch, id) => batch.push(7, id, 12, 'sum-9f3a41c0', 1024, 0.25);

if (process.env.BENCH_SECRET) await child();
else await main();

/** The other process: echoes, swallows and serves. */
async function child() {
  const secret = Secret.fromText(process.env.BENCH_SECRET);
  const blob = Buffer.alloc(256 * MIB, 1);
  const small = { header: Buffer.alloc(200, 1), buffers: [Buffer.alloc(800, 2)] };
  const destination = Buffer.alloc(256 * MIB);
  const server = new ChannelServer({
    onhello: () => ({}),
    onchannel: (channel) => {
      let count = 0;
      channel.onbatch = (batch) => {
        if (batch[0] === 'ping') channel.write().push('pong', batch[1]);
        else if ((count += batch.length / 6) % 1 === 0 && batch.at(-1) === 'end') channel.write().push('done');
      };
      channel.handle = (_method, params) => params;
    },
  });
  const source = {
    get: (ids) =>
      ids.map((id) =>
        id === 0
          ? { header: Buffer.alloc(10), buffers: [blob] }
          : id < 0
            ? { header: Buffer.alloc(10), buffers: [blob.subarray(0, -id)] }
            : small,
      ),
    put: () => undefined,
    allocate: (bytes) => destination.subarray(0, bytes),
  };
  const addresses = [];
  for (const address of ['127.0.0.1:0', `unix://${join(tmpdir(), `covey-bench-${process.pid}`)}`]) {
    const listener = await listen({
      address,
      secret,
      role: 'worker',
      onChannelPeer: (comm) => server.accept(comm),
      onBulk: serveBulk(source),
    });
    addresses.push(listener.address);
  }
  const raw = createServer((socket) => {
    socket.setNoDelay(true);
    socket.once('data', (first) =>
      first[0] === 1 ? socket.on('data', (chunk) => socket.write(chunk)) && socket.write(first) : socket.end(blob),
    );
  }).listen(0, '127.0.0.1', () => {
    const ws = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () => {
      process.send({ addresses, raw: raw.address().port, ws: ws.address().port });
    });
    ws.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  });
  process.on('disconnect', () => process.exit());
}

async function main() {
  const text = Secret.random().reveal();
  const peer = fork(fileURLToPath(import.meta.url), { env: { ...process.env, BENCH_SECRET: text } });
  const ready = await new Promise((resolve) => peer.once('message', resolve));
  const secret = Secret.fromText(text);
  const [tcp, unix] = ready.addresses;
  const wanted = process.argv.slice(2);
  const benches = {
    'latency: raw tcp': () => latency(rawEcho(ready.raw)),
    'latency: bare ws': () => latency(wsEcho(ready.ws)),
    'latency: channel over tcp': () => channelLatency(tcp, secret),
    'latency: channel over unix': () => channelLatency(unix, secret),
    'latency: call over tcp': () => callLatency(tcp, secret),
    'throughput: channel over tcp': () => throughput(tcp, secret),
    'throughput: channel over unix': () => throughput(unix, secret),
    'bandwidth: bare socket, reused destination': () => rawBandwidth(ready.raw),
    'bandwidth: fetch over tcp, reused destination': () => fetchBandwidth(tcp, secret, true),
    'bandwidth: fetch over tcp, fresh destination': () => fetchBandwidth(tcp, secret, false),
    'bandwidth: fetch over unix, reused destination': () => fetchBandwidth(unix, secret, true),
    'bandwidth: fetch 1 MiB over tcp, reused destination': () => fetchBandwidth(tcp, secret, true, MIB, 200),
    'bandwidth: upload over tcp, reused destination': () => putBandwidth(tcp, secret),
    'bandwidth: upload over unix, reused destination': () => putBandwidth(unix, secret),
    'small values: 2000 of 1 kB in one fetch': () => smallValues(tcp, secret),
  };
  for (const [name, run] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
    console.log(`${name.padEnd(54)} ${await run()}`);
  }
  peer.disconnect();
}

function report(times) {
  times.sort((a, b) => a - b);
  const at = (share) => (times[Math.floor(times.length * share)] * 1000).toFixed(1);
  return `p50 ${at(0.5)} µs, p99 ${at(0.99)} µs`;
}

async function latency(echo, rounds = 5000) {
  const { round, close } = await echo;
  const times = [];
  for (let index = 0; index < rounds; index++) {
    const start = performance.now();
    await round();
    times.push(performance.now() - start);
  }
  close();
  return report(times.slice(500));
}

async function rawEcho(port) {
  const socket = netConnect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve) => socket.once('connect', resolve));
  let done;
  socket.on('data', () => done());
  const payload = Buffer.alloc(100, 1);
  return {
    round: () => new Promise((resolve) => ((done = resolve), socket.write(payload))),
    close: () => socket.destroy(),
  };
}

async function wsEcho(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise((resolve) => socket.once('open', resolve));
  let done;
  socket.on('message', () => done());
  const payload = Buffer.alloc(100, 1);
  return {
    round: () => new Promise((resolve) => ((done = resolve), socket.send(payload))),
    close: () => socket.terminate(),
  };
}

async function channelLatency(address, secret) {
  const { channel } = await openChannel(address, { secret, role: 'client' });
  let done;
  channel.onbatch = () => done();
  const result = await latency({
    round: () => new Promise((resolve) => ((done = resolve), channel.write().push('ping', 'x'.repeat(80)))),
    close: () => undefined,
  });
  await channel.close();
  return result;
}

async function callLatency(address, secret) {
  const { channel } = await openChannel(address, { secret, role: 'client' });
  const result = await latency({ round: () => channel.call('echo', [1, 'two']), close: () => undefined });
  await channel.close();
  return result;
}

async function throughput(address, secret) {
  const { channel } = await openChannel(address, { secret, role: 'client' });
  const rates = [];
  for (let repetition = 0; repetition < 5; repetition++) {
    const count = 2_000_000;
    const done = new Promise((resolve) => (channel.onbatch = (batch) => batch[0] === 'done' && resolve()));
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let id = 0; id < count;) {
      for (const end = Math.min(count, id + 2000); id < end; id++) MESSAGE(channel.write(), id);
      if (channel.unacknowledgedBytes > 16 * MIB) await channel.drained(4 * MIB);
      else if (id % 20_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    channel.write().push(7, 0, 12, 'sum', 0, 'end');
    await done;
    const seconds = (performance.now() - start) / 1000;
    rates.push([count / seconds / 1e6, process.cpuUsage(cpu).user / count]);
  }
  await channel.close();
  rates.sort((a, b) => a[0] - b[0]);
  return `${rates[2][0].toFixed(2)} M messages/s (best ${rates[4][0].toFixed(2)}), sender ${rates[2][1].toFixed(2)} µs each`;
}

async function median(repetitions, bytes, run) {
  await run();
  const times = [];
  for (let index = 0; index < repetitions; index++) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / 1000);
  }
  times.sort((a, b) => a - b);
  const rate = (seconds) => (bytes / seconds / 1e9).toFixed(2);
  return `${rate(times[Math.floor(times.length / 2)])} GB/s (best ${rate(times[0])})`;
}

function rawBandwidth(port) {
  const destination = Buffer.alloc(256 * MIB);
  return median(5, 256 * MIB, () => {
    return new Promise((resolve) => {
      let at = 0;
      const socket = netConnect({
        port,
        host: '127.0.0.1',
        onread: {
          buffer: () => destination.subarray(at),
          callback: (count) => ((at += count) === destination.length && (socket.destroy(), resolve()), true),
        },
      });
      socket.write(Buffer.from([2]));
    });
  });
}

async function fetchBandwidth(address, secret, reuse, bytes = 256 * MIB, repetitions = 5) {
  const client = new BulkClient({ secret, role: 'worker' });
  const destination = Buffer.alloc(bytes);
  const options = reuse ? { allocate: () => destination } : {};
  const result = await median(repetitions, bytes, () =>
    client.fetch(address, [bytes === 256 * MIB ? 0 : -bytes], options),
  );
  await client.close();
  return result;
}

async function putBandwidth(address, secret) {
  const client = new BulkClient({ secret, role: 'client' });
  const value = { header: Buffer.alloc(10), buffers: [Buffer.alloc(256 * MIB, 3)] };
  const result = await median(5, 256 * MIB, () => client.put(address, 1, value));
  await client.close();
  return result;
}

async function smallValues(address, secret) {
  const client = new BulkClient({ secret, role: 'worker' });
  const ids = Array.from({ length: 2000 }, (_, index) => index + 1);
  const result = await median(30, 2_000_000, () => client.fetch(address, ids));
  await client.close();
  return result;
}
