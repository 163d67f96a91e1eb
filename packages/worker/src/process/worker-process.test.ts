/** The bundled worker process against a fake scheduler: `node scripts/bundle.mjs` first. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureFunction, decode, encode } from '@covey/functions';
import { openChannel } from '@covey/protocol/internal';
import type { WorkerId } from '@covey/protocol/internal';
import { FakeScheduler, Input } from './testing/fake-scheduler.js';
import type { FakeSession } from './testing/fake-scheduler.js';
import { SpawnedWorker } from './testing/spawn-worker.js';
import type { SpawnOptions } from './testing/spawn-worker.js';

jest.setTimeout(30_000);

let scheduler: FakeScheduler;
let spawned: SpawnedWorker[];
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'covey-test-'));
  spawned = [];
  scheduler = await FakeScheduler.listen();
});

afterEach(async () => {
  await Promise.all(spawned.map((worker) => worker.stop()));
  await scheduler.close();
  rmSync(folder, { recursive: true, force: true });
});

function spawn(options: SpawnOptions = {}): SpawnedWorker {
  const worker = new SpawnedWorker(scheduler, { localDirectory: folder, ...options });
  spawned.push(worker);
  return worker;
}

async function oneWorker(options: SpawnOptions = {}): Promise<FakeSession> {
  spawn(options);
  const [session] = await scheduler.workers(1);
  return session as FakeSession;
}

async function twoWorkers(): Promise<[FakeSession, FakeSession]> {
  spawn({ name: 'alice' });
  spawn({ name: 'bob' });
  const [first, second] = await scheduler.workers(2);
  return [first as FakeSession, second as FakeSession];
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

describe('a worker', () => {
  it('registers with what it is, says ready, runs a task, and ends cleanly on SIGTERM', async () => {
    const worker = spawn({ nthreads: 2, resources: { gpu: 1 }, memoryLimit: 1e9 });
    const [alice] = await scheduler.workers(1);
    expect(alice?.hello).toMatchObject({
      name: 'alice',
      nthreads: 2,
      resources: { gpu: 1 },
      memoryLimit: 1e9,
      nanny: 'nanny-1',
    });
    expect(await worker.answer).toEqual({ type: 'ready', address: alice?.hello.address });
    const taskId = alice?.submit((x: number) => x + 1, [41]) ?? 0;
    expect(await scheduler.result(taskId)).toBe(42);
    const { attempt } = await scheduler.outcome(taskId);
    const told = scheduler.news.map(({ op }) => op);
    expect(told.indexOf('started')).toBeLessThan(told.indexOf('done'));
    expect(await scheduler.wait(({ op }) => op === 'started')).toMatchObject({ attempts: [attempt] });
    worker.child.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says why it can not start, and whether trying again would help', async () => {
    const wrong = spawn({ secret: 'another secret altogether' });
    expect(await wrong.answer).toMatchObject({ type: 'failed', code: 'ERR_COVEY_AUTHENTICATION', permanent: true });
    expect(await wrong.exit).toBe(1);
    const nobody = spawn({ scheduler: `unix://${folder}/nobody`, deathTimeoutMs: 50 });
    expect(await nobody.answer).toMatchObject({ type: 'failed', code: 'ERR_COVEY_CONNECT' });
    expect(await nobody.exit).toBe(1);
    const odd = spawn({ nthreads: 0.5 });
    expect(await odd.answer).toMatchObject({
      type: 'failed',
      permanent: true,
      message: expect.stringContaining('nthreads'),
    });
  });

  it('ends when its parent is gone', async () => {
    const worker = spawn();
    await scheduler.workers(1);
    worker.child.disconnect();
    expect(await worker.exit).toBe(1);
  });

  it('keeps its folder to itself and removes what others of its kind left', async () => {
    const first = spawn();
    await first.answer;
    const [left] = readdirSync(folder);
    expect(statSync(join(folder, left ?? '')).mode & 0o777).toBe(0o700);
    await first.stop();
    expect(readdirSync(folder)).toEqual([left]);
    const second = spawn();
    await second.answer;
    const alice = scheduler.sessions.at(-1) as FakeSession;
    await scheduler.result(alice.submit(() => 1));
    expect(readdirSync(folder)).not.toContain(left);
  });

  it('has uploaded files in place before tasks run', async () => {
    scheduler.uploads = [{ name: 'data.txt', content: Buffer.from('seven'), hash: 'h1' }];
    const alice = await oneWorker();
    const read = () => {
      const { readFileSync: readFile, readdirSync: list } = process.getBuiltinModule('node:fs');
      const context = (globalThis as Record<symbol, unknown>)[Symbol.for('covey.task-context')];
      const { localDirectory } = (context as { worker(): { localDirectory: string } }).worker();
      return list(localDirectory).map((name) => readFile(`${localDirectory}/${name}`, 'utf8'));
    };
    expect(await scheduler.result(alice.submit(read))).toEqual(['seven']);
  });

  it('runs functions outside the task system, and reports what they throw', async () => {
    const alice = await oneWorker();
    const run = async (fn: (...args: never[]) => unknown, ...args: unknown[]): Promise<unknown> => {
      const { hash, name, blob } = captureFunction(fn);
      const answer = await alice.channel.call('run', {
        function: { hash, name, references: 0, header: blob.header, buffers: blob.buffers },
        args: encode(args).header,
        wait: true,
      });
      return decode({ header: answer as Uint8Array, buffers: [] });
    };
    expect(await run((a: number, b: number) => a * b, 6, 7)).toBe(42);
    await expect(
      run(() => {
        throw new RangeError('no such thing');
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining('no such thing'), data: { name: 'RangeError' } });
    expect(await alice.channel.call('versions', null)).toMatchObject({ node: process.versions.node });
  });

  it('registers anew, with nothing, when its session is lost', async () => {
    const alice = await oneWorker();
    const taskId = alice.submit((x: number) => x, [1]);
    await scheduler.outcome(taskId);
    const { address } = scheduler;
    await scheduler.forget();
    await scheduler.open(address);
    await scheduler.workers(2);
    const again = scheduler.sessions[1] as FakeSession;
    expect(again.id).not.toBe(alice.id);
    expect(await scheduler.result(again.submit((x: number) => x + 1, [1]))).toBe(2);
    expect(await scheduler.bulk.fetch(again.hello.address, [taskId])).toEqual([undefined]);
  });

  it('says that its scheduler is away, once, and that it is back', async () => {
    const worker = spawn({ logLevel: 'info', deathTimeoutMs: 20_000 });
    await scheduler.workers(1);
    const { address } = scheduler;
    await scheduler.blink();
    await worker.untilSaid('connected to the scheduler again');
    await scheduler.forget();
    await scheduler.open(address);
    await worker.untilSaid('registered anew');
    expect(worker.stderr.match(/(?<=Z )\w+ +.*(?= worker=alice)/g)).toEqual([
      'warn  the connection to the scheduler was lost; trying again for 20 s, then the worker ends',
      'info  connected to the scheduler again',
      'warn  the connection to the scheduler was lost; trying again for 20 s, then the worker ends',
      'warn  the session with the scheduler is lost; registering anew',
      'info  registered anew with the scheduler',
    ]);
  });

  it('ends when its scheduler is gone for too long', async () => {
    const worker = spawn({ deathTimeoutMs: 100 });
    await scheduler.workers(1);
    await scheduler.forget();
    expect(await worker.exit).toBe(1);
  });

  it('ends cleanly when the scheduler says so', async () => {
    const worker = spawn();
    const [alice] = await scheduler.workers(1);
    expect(await alice?.channel.call('close', { reason: 'enough' })).toBeNull();
    expect(await worker.exit).toBe(0);
  });
});

describe('values', () => {
  it('travel between tasks, small ones as copies and large ones without', async () => {
    const alice = await oneWorker({ nthreads: 2 });
    const small = alice.submit(() => new Map([['a', [1, 2]]]));
    const large = alice.submit((n: number) => new Float64Array(n).fill(2), [100_000]);
    await Promise.all([scheduler.outcome(small), scheduler.outcome(large)]);
    const both = alice.submit(
      (m: Map<string, number[]>, x: Float64Array) => [
        m.get('a'),
        x.length,
        x[9],
        x.buffer instanceof SharedArrayBuffer,
      ],
      [new Input(small), new Input(large)],
    );
    expect(await scheduler.result(both)).toEqual([[1, 2], 100_000, 2, true]);
    expect(await scheduler.result(large)).toEqual(new Float64Array(100_000).fill(2));
  });

  it('are inline in the completion up to a kilobyte', async () => {
    const alice = await oneWorker();
    const make = (n: number) => new Uint8Array(n);
    const [little, more] = [alice.submit(make, [900]), alice.submit(make, [1100])];
    expect((await scheduler.outcome(little))['inline']).not.toBeNull();
    expect((await scheduler.outcome(more))['inline']).toBeNull();
    expect(await scheduler.result(more)).toEqual(new Uint8Array(1100));
  });

  it('are fetched from a peer, and asked for again when it does not have them', async () => {
    const [alice, bob] = await twoWorkers();
    const array = alice.submit((n: number) => new Float64Array(n).fill(3), [200_000]);
    const text = alice.submit(() => 'word '.repeat(1000));
    const [made] = await Promise.all([scheduler.outcome(array), scheduler.outcome(text)]);
    bob.peer(alice);
    const where = { [array]: [alice.id], [text]: [alice.id] };
    const sum = bob.submit(
      (x: Float64Array, s: string) => x.reduce((a, b) => a + b) + s.length,
      [new Input(array), new Input(text)],
      { where },
    );
    expect(await scheduler.result(sum)).toBe(605_000);
    expect(await scheduler.wait(({ op, worker }) => op === 'gained' && worker === bob)).toMatchObject({
      taskIds: [array, text],
    });

    alice.free(array);
    bob.free(array);
    const again = bob.submit((x: Float64Array) => x.length, [new Input(array)], { where });
    expect(await scheduler.wait(({ op }) => op === 'missing')).toMatchObject({
      taskId: array,
      holder: alice.id,
      worker: bob,
    });
    const remade = alice.submit((n: number) => new Float64Array(n).fill(3), [200_000], { taskId: array });
    expect((await scheduler.wait((news) => news.op === 'done' && news.taskId === remade && news !== made)).op).toBe(
      'done',
    );
    await scheduler.until(
      () => scheduler.news.filter((news) => news.taskId === array && news.op === 'done').length === 2,
    );
    bob.holders(array, 1_600_000, [alice.id]);
    expect(await scheduler.result(again)).toBe(200_000);
  });

  it('of a peer that does not exist are missing', async () => {
    const alice = await oneWorker();
    const nobody: WorkerId[] = [77 as WorkerId];
    alice.submit((x: number) => x, [new Input(500)], { where: { 500: nobody } });
    expect(await scheduler.wait(({ op }) => op === 'missing')).toMatchObject({ taskId: 500, holder: 77 });
  });

  it('can be scattered to a worker', async () => {
    const alice = await oneWorker();
    await scheduler.bulk.put(alice.hello.address, 900, encode(new Float64Array(50_000).fill(4)));
    expect(await scheduler.wait(({ op }) => op === 'stored')).toMatchObject({ taskId: 900 });
    expect(await scheduler.result(alice.submit((x: Float64Array) => x[7], [new Input(900)]))).toBe(4);
  });

  it('of 60 times 50 MB, one alive at a time, leave the worker below 400 MB', async () => {
    const alice = await oneWorker();
    const { pid } = alice.hello;
    let peak = 0;
    for (let i = 0; i < 60; i++) {
      const made = alice.submit((k: number) => new Float64Array(6_250_000).fill(k), [i]);
      await scheduler.outcome(made);
      const read = alice.submit((x: Float64Array) => (x[5] ?? 0) + x.length, [new Input(made)]);
      expect(await scheduler.result(read)).toBe(6_250_000 + i);
      alice.free(made, read);
      peak = Math.max(peak, residentMb(pid));
    }
    expect(peak).toBeLessThan(400);
  });

  it('of 50 MB in a chain use their memory again', async () => {
    const alice = await oneWorker();
    let last = alice.submit(() => new Uint8Array(50_000_000));
    let peak = 0;
    for (let i = 0; i < 20; i++) {
      await scheduler.outcome(last);
      const next = alice.submit((x: Uint8Array) => x.slice().fill((x[0] ?? 0) + 1), [new Input(last)]);
      await scheduler.outcome(next);
      alice.free(last);
      last = next;
      peak = Math.max(peak, residentMb(alice.hello.pid));
    }
    expect(((await scheduler.result(last)) as Uint8Array)[49_999_999]).toBe(20);
    expect(peak).toBeLessThan(450);
  });
});

describe('tasks', () => {
  it('are stopped by their signal, or else with their thread, and the worker goes on', async () => {
    const alice = await oneWorker({ nthreads: 1, cancelGraceMs: 50 });
    const forever = alice.submit(() => {
      for (;;);
    });
    await scheduler.wait(({ op }) => op === 'started');
    alice.cancel(forever);
    expect(await scheduler.outcome(forever)).toMatchObject({ op: 'stopped', ran: true, reason: 'cancelled' });
    expect(await scheduler.result(alice.submit(() => 'alive'))).toBe('alive');
  });

  it('run although their function is released while they wait', async () => {
    const alice = await oneWorker();
    const twice = (x: number) => x * 2;
    const tasks = [1, 2, 3, 4, 5].map((x) => alice.submit(twice, [x]));
    alice.releaseFunctions();
    expect(await Promise.all(tasks.map((taskId) => scheduler.result(taskId)))).toEqual([2, 4, 6, 8, 10]);
    alice.releaseFunctions();
    expect(await scheduler.result(alice.submit(twice, [6]))).toBe(12);
  });

  it('that take too long end with an error', async () => {
    const alice = await oneWorker({ cancelGraceMs: 20 });
    const slow = alice.submit(() => new Promise(() => undefined), [], { timeoutMs: 30 });
    expect(await scheduler.outcome(slow)).toMatchObject({
      op: 'erred',
      error: { name: 'TaskTimeoutError', key: `key-${slow}` },
    });
  });

  it('that end their thread are blamed, and no other', async () => {
    const alice = await oneWorker();
    const guilty = alice.submit(() => process.exit(3));
    expect(await scheduler.outcome(guilty)).toMatchObject({ op: 'erred' });
    expect(await scheduler.result(alice.submit(() => 'alive'))).toBe('alive');
  });

  it('that outgrow the heap of their thread are blamed', async () => {
    const alice = await oneWorker({ threadHeapBytes: 40 * 2 ** 20 });
    const hungry = alice.submit(() => {
      // Many small objects: one huge array or map would abort the process, by V8's own rules.
      let chain: object | undefined;
      for (;;) chain = { chain };
    });
    expect(await scheduler.outcome(hungry)).toMatchObject({ op: 'erred', error: { name: 'ThreadEndedError' } });
    expect(await scheduler.result(alice.submit(() => 'alive'))).toBe('alive');
  });

  it('whose heap passes the soft limit are ended before V8 would abort the process, and blamed', async () => {
    const alice = await oneWorker({ threadHeapBytes: 60 * 2 ** 20 });
    const hungry = alice.submit(() => {
      const kept = new Map<number, object>();
      const { getHeapStatistics } = process.getBuiltinModule('node:v8');
      while (getHeapStatistics().used_heap_size < 70 * 2 ** 20)
        for (let i = 0; i < 1000; i++) kept.set(kept.size, { i });
      for (;;);
    });
    expect(await scheduler.outcome(hungry)).toMatchObject({
      op: 'erred',
      error: { name: 'ThreadEndedError', message: expect.stringContaining('memory') },
    });
    expect(await scheduler.result(alice.submit(() => 'alive'))).toBe('alive');
  });

  it('show where they are in their code while they run', async () => {
    const alice = await oneWorker();
    const busy = alice.submit(() => {
      const flag = new Int32Array(1);
      const spinHere = () => {
        while (flag[0] === 0);
      };
      spinHere();
    });
    await scheduler.wait(({ op }) => op === 'started');
    // It may be announced a moment before it runs.
    let stacks: Record<string, string> = {};
    while (!(stacks[`key-${busy}`] ?? '').includes('spinHere')) {
      stacks = (await alice.channel.call('call-stack', { taskIds: [busy] })) as Record<string, string>;
    }
    expect(stacks[`key-${busy}`]).toContain('spinHere');
    alice.cancel(busy);
    expect(await scheduler.outcome(busy)).toMatchObject({ op: 'stopped' });
  });

  it('have what they print forwarded', async () => {
    const alice = await oneWorker();
    const loud = alice.submit(() => console.log('hear me'));
    expect(JSON.stringify(await scheduler.wait(({ op }) => op === 'event'))).toContain('hear me');
    await scheduler.outcome(loud);
  });
});

describe('what can not leave its thread', () => {
  it('is used there by the tasks that need it', async () => {
    const alice = await oneWorker({ nthreads: 2 });
    const pinned = alice.submit(() =>
      Object.assign(new (process.getBuiltinModule('node:net').Socket)(), { secret: 5 }),
    );
    expect((await scheduler.outcome(pinned)).op).toBe('pinned');
    expect(await scheduler.result(alice.submit((x: { secret: number }) => x.secret + 1, [new Input(pinned)]))).toBe(6);
  });

  it('is called, when it is an actor, by whoever reaches the worker', async () => {
    const alice = await oneWorker();
    class Counter {
      count = 0;
      add(n: number): number {
        return (this.count += n);
      }
    }
    const actor = alice.submit(() => new Counter(), [], { actor: true });
    expect((await scheduler.outcome(actor)).op).toBe('pinned');
    const { channel } = await openChannel(alice.hello.address, { secret: scheduler.secret, role: 'client' });
    const call = async (n: number) =>
      decode({
        header: (await channel.call('actor-call', {
          taskId: actor,
          method: 'add',
          args: encode([n]).header,
        })) as Uint8Array,
        buffers: [],
      });
    expect(await call(2)).toBe(2);
    expect(await call(3)).toBe(5);
    const count = await channel.call('actor-get', { taskId: actor, property: 'count' });
    expect(decode({ header: count as Uint8Array, buffers: [] })).toBe(5);
    await expect(
      channel.call('actor-call', { taskId: 12345, method: 'add', args: encode([1]).header }),
    ).rejects.toMatchObject({ code: 'ERR_COVEY_NOT_HERE' });
    alice.free(actor);
    expect(await scheduler.result(alice.submit(() => 'alive'))).toBe('alive');
    await channel.close();
  });
});

describe('heartbeats', () => {
  it('tell memory, processor and counts', async () => {
    scheduler.heartbeatMs = 20;
    const alice = await oneWorker();
    await scheduler.outcome(alice.submit(() => new Float64Array(100_000)));
    await scheduler.until(() => (alice.figures?.memory.held ?? 0) > 800_000);
    expect(alice.figures).toMatchObject({ executing: 0, ready: 0, waiting: 0, suspended: 0 });
    expect(alice.figures?.memory.process).toBeGreaterThan(1e7);
  });
});
