/** Locks, semaphores, events, queues and variables between tasks and clients, also when a holder dies; actors. */
import {
  ActorGoneError,
  CoordinationError,
  Event,
  Executor,
  getExecutor,
  getProperty,
  getWorker,
  Lock,
  MultiLock,
  Queue,
  Semaphore,
  TaskExitError,
  Variable,
  WaitTimeoutError,
} from 'covey';
import type { Future, Held } from 'covey';
import { failure, RunningCluster } from '../support/running-cluster.js';
import { until } from '../support/sandbox.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start();
});
afterAll(() => world.close());

describe('between tasks', () => {
  it('a lock lets one in at a time', async () => {
    const lock = new Lock(world.executor, 'one at a time');
    const overlaps = async (): Promise<boolean> => {
      const held = await lock.acquire();
      try {
        const executor = getExecutor();
        const inside = await executor.getMetadata<number>('inside', 0);
        await executor.setMetadata('inside', inside + 1);
        await executor.setMetadata('inside', (await executor.getMetadata<number>('inside')) - 1);
        return inside !== 0;
      } finally {
        await held.release();
      }
    };
    const futures = Array.from({ length: 8 }, () => world.impure.submit(overlaps));
    expect(await world.executor.gather(futures)).toEqual(new Array(8).fill(false));
  });

  it('a queue takes items from one to the other, and waiting for them holds up nobody', async () => {
    const queue = new Queue<number>(world.executor, 'between tasks');
    const consumer = world.impure.with({ workers: 'worker-0' }).submit(async () => {
      return [await queue.get(), await queue.get(), await queue.get()];
    });
    const producer = world.impure.with({ workers: 'worker-0' }).submit(async () => {
      for (const item of [1, 2, 3]) await queue.put(item);
    });
    await producer.result();
    expect(await consumer.result()).toEqual([1, 2, 3]);
  });

  it('an event wakes all that wait', async () => {
    const start = new Event(world.executor, 'start');
    const waiting = Array.from({ length: 4 }, () =>
      world.impure.submit(async () => {
        await start.wait();
        return 'started';
      }),
    );
    await world.isRunning(waiting[0]!);
    await start.set();
    expect(await world.executor.gather(waiting)).toEqual(new Array(4).fill('started'));
  });
});

describe('what a client held when it left', () => {
  it('is free for the next: lock, semaphore, several locks', async () => {
    const other = await world.connect();
    await new Lock(other, 'held').acquire();
    await new Semaphore(other, 'leases', { maxLeases: 1 }).acquire();
    await new MultiLock(other, ['left', 'right']).acquire();
    expect(await new Lock(world.executor, 'held').tryAcquire()).toBeUndefined();
    const waiting = [
      new Lock(world.executor, 'held').acquire(),
      new Semaphore(world.executor, 'leases', { maxLeases: 1 }).acquire(),
      new Lock(world.executor, 'right').acquire(),
    ];
    await other.close();
    for (const held of await Promise.all(waiting)) await held.release();
  });

  it('and results in queues and variables stay', async () => {
    const other = await world.connect();
    const made = other.with({ pure: false }).submit(() => new Float64Array(5000).fill(2));
    await new Queue<Future<Float64Array>>(other, 'left behind').put(made);
    await new Variable<{ made: Future<Float64Array> }>(other, 'left behind').set({ made });
    await other.publishDataset('left behind', [made]);
    await other.close();
    const [published] = await world.executor.getDataset<[Future<Float64Array>]>('left behind');
    const queued = await new Queue<Future<Float64Array>>(world.executor, 'left behind').get();
    const { made: kept } = await new Variable<{ made: Future<Float64Array> }>(world.executor, 'left behind').get();
    for (const future of [published, queued, kept]) expect((await future.result())[4999]).toBe(2);
    await world.executor.unpublishDataset('left behind');
  });
});

describe('what a task held when it ended', () => {
  const name = 'of a task';
  const take = async (how: 'returns' | 'throws' | 'loops'): Promise<void> => {
    const executor = getExecutor();
    await new Lock(executor, name).acquire();
    await new Semaphore(executor, name).acquire();
    await new MultiLock(executor, [`${name}, left`, `${name}, right`]).acquire();
    if (how === 'throws') throw new RangeError('in the middle');
    while (how === 'loops');
  };
  const isFree = async (): Promise<void> => {
    const limit = { timeoutMs: 20_000 };
    const held = [
      await new Lock(world.executor, name).acquire(limit),
      await new Semaphore(world.executor, name).acquire(limit),
      await new MultiLock(world.executor, [`${name}, left`, `${name}, right`]).acquire(limit),
    ];
    for (const each of held) await each.release();
  };

  it.each(['returns', 'throws'] as const)('is free when it %s, and a warning says so', async (how) => {
    const heard: string[] = [];
    const listening = await Executor.connect(world.cluster, {
      output: (event) => {
        if (event.type === 'warning') heard.push(event.message);
      },
    });
    const future = listening.with({ pure: false }).submit(take, how);
    expect(await future.exception()).toEqual(how === 'throws' ? new RangeError('in the middle') : undefined);
    await isFree();
    await until(() => heard.length === 3);
    expect(heard).toEqual([
      `the lock '${name}' was still held when the task ended: it was released`,
      `the semaphore '${name}' was still held when the task ended: it was released`,
      `the multi-lock '${name}, left, ${name}, right' was still held when the task ended: it was released`,
    ]);
    await listening.close();
  });

  it('is free when it was ended with its thread, and so is what it waited for', async () => {
    const looping = world.impure.submit(take, 'loops');
    await until(() => new Lock(world.executor, `${name}, right`).locked());
    looping.cancel();
    await isFree();
  });

  it('an actor keeps from call to call, until it is gone', async () => {
    class Guard {
      held: Held | undefined;
      async take(): Promise<void> {
        this.held = await new Lock(getExecutor(), 'of an actor').acquire();
      }
    }
    const owner = await world.connect();
    await (await owner.with({ actor: true }).submit(Guard).result()).take();
    expect(await new Lock(world.executor, 'of an actor').locked()).toBe(true);
    await owner.close();
    const held = await new Lock(world.executor, 'of an actor').acquire({ timeoutMs: 20_000 });
    await held.release();
  });
});

describe('giving up', () => {
  it('every wait ends after its time, saying for what', async () => {
    const { executor } = world;
    const limit = { timeoutMs: 20 };
    const held = await new Lock(executor, 'busy').acquire();
    const full = new Queue<number>(executor, 'full', { maxsize: 1 });
    await full.put(1);
    for (const [wait, name] of [
      [new Lock(executor, 'busy').acquire(limit), 'busy'],
      [new MultiLock(executor, ['busy', 'free']).acquire(limit), 'busy'],
      [new Event(executor, 'never').wait(limit), 'never'],
      [new Queue(executor, 'empty').get(limit), 'empty'],
      [full.put(2, limit), 'full'],
      [new Variable(executor, 'unset').get(limit), 'unset'],
    ] as [Promise<unknown>, string][]) {
      const error = await wait.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WaitTimeoutError);
      expect((error as Error).message).toContain(name);
    }
    await held.release();
    await new Semaphore(executor, 'of two', { maxLeases: 2 }).acquire();
    await expect(new Semaphore(executor, 'of two', { maxLeases: 3 }).acquire()).rejects.toThrow(CoordinationError);
  });
});

describe('an actor', () => {
  class Account {
    balance: number;
    constructor(balance: number) {
      this.balance = balance;
    }
    deposit(amount: number): number {
      return (this.balance += amount);
    }
    withdraw(amount: number): number {
      if (amount > this.balance) throw new RangeError(`only ${this.balance} are there`);
      return (this.balance -= amount);
    }
    where(): string {
      return getWorker().name;
    }
    leave(): void {
      process.exit(1);
    }
    hang(): Promise<void> {
      return new Promise(() => undefined);
    }
  }
  const open = (balance: number) => world.executor.with({ actor: true }).submit(Account, balance);

  it('keeps its state between calls, from here and from tasks, in order', async () => {
    const future = open(100);
    const account = await future.result();
    expect(await Promise.all([1, 2, 3, 4].map((amount) => account.deposit(amount)))).toEqual([101, 103, 106, 110]);
    const fromTask = world.impure.submit(async (given: typeof account) => given.withdraw(10), future);
    expect(await fromTask.result()).toBe(100);
    expect(await getProperty(account, 'balance')).toBe(100);
    future.release();
  });

  it('throws what its methods throw, and goes on', async () => {
    const future = open(5);
    const account = await future.result();
    await expect(account.withdraw(10)).rejects.toThrow(new RangeError('only 5 are there'));
    await expect(account.leave()).rejects.toThrow(TaskExitError);
    await expect((account as unknown as { vanish(): Promise<void> }).vanish()).rejects.toThrow(
      /has no method 'vanish'/,
    );
    expect(await account.withdraw(5)).toBe(0);
    future.release();
  });

  it('is gone with its worker, for those that wait for it, those that ask, and its future', async () => {
    const future = open(1);
    const account = await future.result();
    const hanging = account.hang().catch((error: unknown) => error);
    await world.killWorker(await account.where());
    expect(await hanging).toBeInstanceOf(ActorGoneError);
    await expect(account.deposit(1)).rejects.toThrow(ActorGoneError);
    expect(await failure(future)).toBeInstanceOf(ActorGoneError);
    future.retry();
    expect(await (await future.result()).deposit(1)).toBe(2);
    future.release();
  });
});
