import { asCompleted } from './collect/as-completed.js';
import { progress } from './collect/progress.js';
import { wait } from './collect/wait.js';
import { UsageError, WaitTimeoutError } from './errors.js';
import { Executor } from './executor.js';
import { FakeScheduler } from './testing/fake-scheduler.js';

const inc = (x: number): number => x + 1;

/** What plain JavaScript may call: the compiler is not there to see it. */
type Loose = Record<string, (...args: unknown[]) => unknown>;

describe('slips that the compiler would have seen', () => {
  const executor = new FakeScheduler().executor();
  const loose = executor as unknown as Loose;
  const future = executor.submit(inc, 1);
  const looseFuture = future as unknown as Loose;

  it.each<[string, () => unknown, string]>([
    [
      'a misspelt option',
      () => loose['gather']!([], { error: 'skip' }),
      'no option `error`: gather takes signal, timeoutMs, errors, maxBytes',
    ],
    [
      'another word',
      () => loose['gather']!([], { errors: 'bogus' }),
      "`errors` must be 'raise' or 'skip', not 'bogus'",
    ],
    [
      'a word of wait',
      () => wait([future], { returnWhen: 'bogus' } as never),
      "`returnWhen` must be 'all', 'first' or 'error'",
    ],
    ['a time before now', () => future.result({ timeoutMs: -5 }), '`timeoutMs` must be milliseconds from 0, not -5'],
    ['a time without its name', () => looseFuture['result']!(100), 'result takes an object of options, not 100'],
    ['an option of exception', () => looseFuture['exception']!({ timeout: 1 }), 'no option `timeout`'],
    [
      'an option of scatter',
      () => loose['scatter']!(1, { broadcast: 'all' }),
      "`broadcast` must be true or false, or a whole number from 1, not 'all'",
    ],
    ['an option of compute', () => loose['compute']!(1, { timeout: 1 }), 'no option `timeout`'],
    ['an option of drained', () => loose['drained']!(1, { timeout: 1 }), 'no option `timeout`'],
    ['an option of retireWorkers', () => loose['retireWorkers']!({ count: 1 }), 'no option `count`'],
    ['an option of replicate', () => loose['replicate']!(future, { n: 0 }), '`n` must be a whole number from 1, not 0'],
    ['an option of restart', () => loose['restart']!({ timeout: 1 }), 'no option `timeout`'],
    ['an option of cancel', () => loose['cancel']!(future, { forced: true }), 'no option `forced`'],
    ['an option of asCompleted', () => asCompleted([], { timeoutMs: 1 } as never), 'no option `timeoutMs`'],
    ['an option of progress', () => progress(future, { stream: 1 } as never), 'no option `stream`'],
    [
      'a number of workers',
      () => loose['waitForWorkers']!('2'),
      "The number of workers must be a whole number from 0, not '2'",
    ],
    ['a key for a future', () => loose['cancel']!('k'), "cancel takes futures, not 'k': `executor.futureOf(key)`"],
    ['a number for a future', () => loose['retry']!([1]), 'retry takes futures, not 1'],
    ['a number among futures', () => wait([future, 1] as never), 'wait takes futures, not 1'],
    ['no futures at all', () => wait(undefined as never), 'wait takes futures, not nothing'],
    [
      'a promise for a future',
      () => asCompleted([Promise.resolve()] as never),
      'asCompleted takes futures, not an instance of Promise',
    ],
    ['a number for a task', () => loose['whoHas']!([5]), 'Tasks are named by futures or keys, not by 5'],
    ['an object for tasks', () => loose['story']!({}), 'Tasks are named by futures or keys, not by an object'],
    [
      'a key that is too long',
      () => loose['story']!('k'.repeat(5000)),
      'A key must be text of 1 to 4096 characters, not text of 5000',
    ],
    ['an empty key', () => loose['futureOf']!(''), 'A key must be text of 1 to 4096 characters, not empty text'],
    ['a number for keys of a graph', () => loose['get']!({}, 5), '`keys` must be a key, or a list of keys, not 5'],
    ['a number for a cluster', () => Executor.connect(42 as never), 'Executor.connect takes a cluster, an address'],
    ['null for a cluster', () => Executor.connect(null as never), 'or nothing, not null'],
    ['an option of connect', () => Executor.connect('unix:///x', { timeout: 1 } as never), 'no option `timeout`'],
  ])('%s', async (_what, call, message) => {
    const error = await (async () => call())().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  });
});

describe('a wait that is over', () => {
  it('names the task, or how many there are', async () => {
    const executor = new FakeScheduler({ autoRun: false }).executor();
    const futures = executor.map(inc, [1, 2]);
    const error = await futures[0]!.result({ timeoutMs: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect((error as Error).message).toBe(
      `The result of '${futures[0]!.key}' was not there within 1 ms; its task goes on`,
    );
    await expect(executor.gather(futures, { timeoutMs: 1 })).rejects.toThrow(
      '2 of 2 futures had not settled after 1 ms',
    );
  });

  it('is one of any length', async () => {
    const scheduler = new FakeScheduler({ autoRun: false });
    const future = scheduler.executor().submit(inc, 1);
    const result = future.result({ timeoutMs: 1e12 });
    const early = await Promise.race([result.catch(() => 'too early'), new Promise((done) => setTimeout(done, 20))]);
    expect(early).toBeUndefined();
    await scheduler.runAll();
    expect(await result).toBe(2);
  });

  it('for what was submitted to be acknowledged ends with its signal, or the view’s', async () => {
    const scheduler = new FakeScheduler();
    scheduler.drained = () => new Promise(() => undefined);
    const executor = scheduler.executor();
    const controller = new AbortController();
    const waits = [
      executor.drained(0, { signal: controller.signal }),
      executor.with({ signal: controller.signal }).drained(),
    ];
    controller.abort(new Error('enough'));
    for (const wait of waits) await expect(wait).rejects.toThrow('enough');
  });
});
