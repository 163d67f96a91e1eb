import { ServerWorld } from './testing/server-world.js';

test('the pages show what is there', async () => {
  await using world = await ServerWorld.start({ listen: ['inproc://scheduler', '127.0.0.1:0'] });
  const worker = await world.worker({ name: 'a', nthreads: 3 });
  const client = await world.client('me');
  const done = client.submit('inc', [1], [], { key: 'done' });
  await client.result(done);
  worker.answering = false;
  client.submit('inc', [], [done], { key: 'needs done', priority: 3 });
  await worker.until(() => worker.running.length === 1);
  await worker.channel.drained(0);

  const base = world.server.addresses[1]!.replace('ws:', 'http:');
  const headers = { authorization: `Bearer ${world.secret.httpToken()}` };
  const get = async (path: string) => (await fetch(base + path, { headers })).text();
  const json = async (path: string) => JSON.parse(await get(path));

  expect(await json('/json/identity')).toMatchObject({ clusterName: 'covey', workers: 1, clients: 1 });
  expect(await json('/json/workers')).toMatchObject([
    { name: 'a', nthreads: 3, status: 'running', processing: 1, held: 1 },
  ]);
  expect(await json('/json/clients')).toMatchObject([{ name: 'me', tasks: 2 }]);
  expect(await json('/json/counts')).toMatchObject({ memory: 1, processing: 1 });
  expect(await json('/json/tasks?state=processing')).toMatchObject([
    { key: 'needs done', processingOn: worker.hello.address, dependencies: ['done'] },
  ]);
  const task = await json('/json/task/needs%20done');
  expect(task).toMatchObject({ key: 'needs done', state: 'processing', because: expect.any(String) });
  expect(task.story.at(-1)).toMatchObject({ key: 'needs done', to: 'processing', worker: expect.any(String) });
  expect(await get('/')).toContain('1 workers, 1 clients');

  const metrics = await get('/metrics');
  const form = /^(# (HELP|TYPE) covey_scheduler_\w+ .+|covey_scheduler_\w+(\{(\w+="[^"]*",?)+\})? [-+\d.eInfNa]+)$/;
  expect(
    metrics
      .trimEnd()
      .split('\n')
      .filter((line) => !form.test(line)),
  ).toEqual([]);
  for (const line of [
    'tasks{state="memory"} 1',
    'tasks{state="processing"} 1',
    'workers{status="running"} 1',
    'threads 3',
    'clients 1',
    'function_duration_seconds_count{function="inc"} 1',
  ]) {
    expect(metrics).toContain(`covey_scheduler_${line}\n`);
  }
});
