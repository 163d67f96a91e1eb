/** What tasks print, on its way to the program that submitted them. */
import { LocalCluster } from '@covey/deploy';
import { Executor, getExecutor } from 'covey';
import type { TaskOutputEvent } from 'covey';
import { silentLogger } from '@covey/protocol';
import { Sandbox, until } from '../support/sandbox.js';

jest.setTimeout(60_000);
let sandbox: Sandbox;
let cluster: LocalCluster;

beforeAll(async () => {
  sandbox = new Sandbox();
  cluster = await LocalCluster.create({ workers: 1, threadsPerWorker: 2, waitForWorkers: 'all', logger: silentLogger });
});
afterAll(async () => {
  await cluster.close();
  await sandbox.expectNothingLeft();
});

/** An executor that keeps what it hears. */
async function listening() {
  const events: TaskOutputEvent[] = [];
  const executor = await Executor.connect(cluster, { output: (event) => events.push(event) });
  const texts = () => events.map((event) => (event.type === 'print' ? event.text : event.message));
  return { executor, events, texts };
}

test('lines of tasks come before their results, to the client that submitted them and to no other', async () => {
  const one = await listening();
  const other = await listening();
  const future = one.executor.with({ key: 'talkative' }).submit(() => {
    console.log('to', { out: 1 });
    console.error('to err');
    return 7;
  });
  expect(await future.result()).toBe(7);
  expect(one.events).toMatchObject([
    { type: 'print', key: 'talkative', worker: 'worker-0', stream: 'stdout', text: 'to { out: 1 }\n' },
    { type: 'print', key: 'talkative', worker: 'worker-0', stream: 'stderr', text: 'to err\n' },
  ]);
  expect(await other.executor.submit(() => console.log('mine')).result()).toBeUndefined();
  expect(other.texts()).toEqual(['mine\n']);
  expect(one.events).toHaveLength(2);
  await one.executor.close();
  await other.executor.close();
});

test('also of tasks whose futures are gone, and warnings', async () => {
  const { executor, events, texts } = await listening();
  const say = (what: string) => {
    console.log(`said ${what}`);
    return what;
  };
  const first = executor.with({ pure: false }).submit(say, 'first');
  const second = executor.submit((what: string) => `${what}, second`, first);
  first.release();
  expect(await second.result()).toBe('first, second');
  expect(texts()).toEqual(['said first\n']);

  const careless = executor.submit(() => {
    void Promise.resolve().then(() => {
      throw new RangeError('too late');
    });
    return 1;
  });
  expect(await careless.result()).toBe(1);
  expect(await until(() => events.length === 2)).toBe(true);
  expect(events[1]).toMatchObject({ type: 'warning', key: careless.key, name: 'RangeError', message: 'too late' });
  await executor.close();
});

test('a task’s own executor forwards nothing: its tasks’ lines belong to nobody here', async () => {
  const { executor, texts } = await listening();
  const future = executor.submit(async () => {
    console.log('outer');
    return getExecutor()
      .submit(() => {
        console.log('inner');
        return 'done';
      })
      .result();
  });
  expect(await future.result()).toBe('done');
  expect(texts()).toEqual(['outer\n']);
  await executor.close();
});

describe('on this process’s streams', () => {
  const written: string[] = [];
  beforeEach(() => {
    written.length = 0;
    for (const [name, stream] of [
      ['out', process.stdout],
      ['err', process.stderr],
    ] as const) {
      jest.spyOn(stream, 'write').mockImplementation((text) => written.push(`${name} ${String(text)}`) > 0);
    }
  });
  afterEach(() => jest.restoreAllMocks());

  test('lines appear by default, and a flood is cut', async () => {
    const executor = await Executor.connect(cluster);
    const hello = executor.submit(() => {
      console.log('hello');
      console.error('oops');
    });
    await hello.result();
    // On a terminal there is the worker's name before.
    expect(written).toEqual([expect.stringMatching(/^out .*hello\n$/), expect.stringMatching(/^err .*oops\n$/)]);
    await executor
      .submit(() => {
        for (let i = 0; i < 5000; i++) console.log(i);
      })
      .result();
    await executor.close();
    const lines = written.join('').split('\n');
    expect(lines.length).toBeLessThan(1100);
    expect(lines.at(-2)).toMatch(/^err … \d+ lines of tasks left out$/);
  });

  test('nothing appears where it is to be ignored', async () => {
    const executor = await Executor.connect(cluster, { output: 'ignore' });
    await executor.submit(() => console.log('unheard')).result();
    await executor.close();
    expect(written).toEqual([]);
  });
});

test('a function that takes the output and throws harms nothing', async () => {
  const failures: unknown[] = [];
  const logger = { ...silentLogger, error: (message: string) => failures.push(message) };
  const output = () => {
    throw new Error('my own mistake');
  };
  const executor = await Executor.connect(cluster, { output, logger });
  expect(await executor.submit(() => (console.log('x'), 'fine')).result()).toBe('fine');
  expect(await until(() => failures.length === 1)).toBe(true);
  await executor.close();
});
