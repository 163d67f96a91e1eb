import { seeded, World } from './world.test.support.js';

/** More of them for a long run: `COVEY_TEST_SEEDS=1000 npx jest resume`. */
const SEEDS = Number(process.env['COVEY_TEST_SEEDS'] ?? 20);

/** Both ends write numbers and call each other while the network breaks at random; everything must arrive once and in order. */
async function exercise(seed: number): Promise<void> {
  const random = seeded(seed);
  const world = new World();
  const heard: Record<'client' | 'server', number[]> = { client: [], server: [] };
  const written = { client: 0, server: 0 };
  const answered: [number, unknown][] = [];
  let called = 0;
  const numberOf = (params: unknown) => params as number;
  const shared = { firstSequence: random() < 0.5 ? 1 : 0xffff_fff0, frameBytes: 64 };
  await world.listen({
    ...shared,
    onchannel: (channel) => {
      channel.onbatch = (batch) => heard.server.push(...(batch as number[]));
      channel.handle = (_method, params) => numberOf(params) * 2;
    },
  });
  const client = await world.open({ ...shared, reconnect: { graceMs: 100_000, random } });
  client.onbatch = (batch) => heard.client.push(...(batch as number[]));
  client.handle = (_method, params) => numberOf(params) * 3;
  const server = world.serverChannels[0];
  if (server === undefined) throw new Error('no session began');
  const writeSome = () => {
    const [name, channel] = random() < 0.5 ? (['client', client] as const) : (['server', server] as const);
    for (let count = Math.floor(random() * 6); count > 0; count--) channel.write().push(++written[name]);
    if (random() < 0.2) channel.flush();
    if (random() < 0.3) {
      const factor = name === 'client' ? 2 : 3;
      const argument = ++called;
      void channel.call('times', argument).then((value) => answered.push([argument, (value as number) / factor]));
    }
  };
  for (let step = 0; step < 120; step++) {
    const dice = random();
    if (dice < 0.45) writeSome();
    else if (dice < 0.85) await world.step();
    else if (dice < 0.93) world.cut(world.network.comms[Math.floor(random() * world.network.comms.length)]);
    else await world.pass(random() * 400);
  }
  await world.pass(20_000);
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
  expect(heard.server).toEqual(upTo(written.client));
  expect(heard.client).toEqual(upTo(written.server));
  expect(answered.map(([argument]) => argument).sort((a, b) => a - b)).toEqual(upTo(called));
  expect(answered.every(([argument, value]) => argument === value)).toBe(true);
  expect(world.serverChannels).toHaveLength(1);
  expect([client.unacknowledgedBytes, server.unacknowledgedBytes]).toEqual([0, 0]);
  const closing = client.close();
  await world.pass(3000);
  await closing;
  await world.listener.close();
  await world.run();
  expect(server.closed).toBe(true);
  expect(world.server.channels).toEqual([]);
  expect(world.network.comms).toEqual([]);
  expect(world.clock.pending).toBe(0);
}

test('every message arrives once and in order, and every call is answered once, however the network breaks', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      await exercise(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}, 60_000);
