/**
 * A worker for tests of the server: it speaks the worker's side of the protocol, computes at once and keeps its results in a map. Functions are known by
 * name; values are JSON. Whatever its scheduler says is recorded.
 */
import { deferred, dispatchWorkerBatch, openChannel, workerNews } from '@covey/protocol/internal';
import type {
  Channel,
  ComputeTask,
  FunctionBlob,
  FunctionId,
  OpenChannelOptions,
  TaskId,
  WorkerHello,
  WorkerId,
  WorkerMessageHandler,
  WorkerWelcome,
} from '@covey/protocol/internal';

export type FakeFunction = (...values: never[]) => unknown;

/** The functions that fake workers know. */
export const FUNCTIONS: Readonly<Record<string, FakeFunction>> = {
  inc: (x: number) => x + 1,
  sum: (...xs: number[]) => xs.reduce((a, b) => a + b, 0),
  fail: (message: string) => {
    throw new TypeError(message);
  },
};

export const toBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
export const fromBytes = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

export class FakeWorker implements WorkerMessageHandler {
  readonly hello: WorkerHello;
  readonly results = new Map<TaskId, Uint8Array>();
  readonly peers = new Map<WorkerId, string>();
  /** Tasks computed, by key, in order. */
  readonly computed: string[] = [];
  /** Calls of the scheduler. */
  readonly calls: [method: string, params: unknown][] = [];
  /** With false, tasks are started and kept in `running`. */
  answering = true;
  readonly running: ComputeTask[] = [];
  channel!: Channel;
  welcome!: WorkerWelcome;
  readonly #functions = new Map<FunctionId, FunctionBlob>();
  readonly #siblings: ReadonlyMap<string, FakeWorker>;
  #waiters: { readonly holds: () => boolean; readonly done: () => void }[] = [];

  constructor(hello: WorkerHello, siblings: ReadonlyMap<string, FakeWorker>) {
    this.hello = hello;
    this.#siblings = siblings;
  }

  async connect(address: string, options: Omit<OpenChannelOptions, 'role'>): Promise<this> {
    const configure = (channel: Channel, welcome: Readonly<Record<string, unknown>>) => {
      this.channel = channel;
      this.welcome = welcome as unknown as WorkerWelcome;
      channel.onbatch = (batch) => {
        dispatchWorkerBatch(batch, this);
        this.#changed();
      };
      channel.handle = (method, params) => this.#answer(method, params);
    };
    await openChannel(address, { ...options, role: 'worker', hello: { ...this.hello }, configure });
    return this;
  }

  /** Resolves when what the scheduler sent has made this true. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    const { promise, resolve } = deferred();
    this.#waiters.push({ holds, done: resolve });
    await promise;
  }

  /** Ends a task that was kept. */
  finish(task: ComputeTask): void {
    const startMs = 0;
    try {
      const bytes = toBytes(this.#run(task));
      this.results.set(task.taskId, bytes);
      const { taskId, attempt } = task;
      workerNews.done(this.channel.write(), taskId, attempt, bytes.length, 'json', startMs, 1, 0, bytes);
    } catch (error) {
      const { name, message } = error as Error;
      const report = { name, message, key: task.key, worker: this.hello.name };
      workerNews.erred(this.channel.write(), task.taskId, task.attempt, startMs, 1, 0, report);
    }
  }

  function(id: FunctionId, blob: FunctionBlob): void {
    this.#functions.set(id, { ...blob, header: new Uint8Array(blob.header) });
  }

  compute(task: ComputeTask): void {
    const kept = { ...task, args: new Uint8Array(task.args) };
    workerNews.started(this.channel.write(), [task.attempt]);
    if (this.answering) this.finish(kept);
    else this.running.push(kept);
  }

  cancel(taskId: TaskId, attempt: ComputeTask['attempt'], reason: string): void {
    workerNews.stopped(this.channel.write(), taskId, attempt, true, reason);
  }

  free(taskIds: readonly TaskId[]): void {
    for (const id of taskIds) this.results.delete(id);
  }

  holders(): void {}

  acquire(taskId: TaskId, _nbytes: number, workers: readonly WorkerId[]): void {
    const bytes = this.#fetch(taskId, workers);
    this.results.set(taskId, bytes);
    workerNews.gained(this.channel.write(), [taskId]);
  }

  store(taskId: TaskId, type: string, value: Uint8Array): void {
    this.results.set(taskId, new Uint8Array(value));
    workerNews.stored(this.channel.write(), taskId, value.length, type);
  }

  peer(workerId: WorkerId, address: string): void {
    this.peers.set(workerId, address);
  }

  peerGone(workerId: WorkerId): void {
    this.peers.delete(workerId);
  }

  releaseFunction(ids: readonly FunctionId[]): void {
    for (const id of ids) this.#functions.delete(id);
  }

  pause(): void {}

  #run({ key, functionId, args, dependencies }: ComputeTask): unknown {
    this.computed.push(key);
    const blob = this.#functions.get(functionId);
    const run = blob && FUNCTIONS[blob.name];
    if (run === undefined) throw new Error(`no function came for ${key}`);
    const inputs: unknown[] = [];
    for (let i = 0; i < (dependencies?.length ?? 0); i += 3) {
      const id = dependencies![i] as TaskId;
      const where = dependencies![i + 2];
      const isWorkers = Array.isArray(where);
      const bytes =
        where === 0 ? this.results.get(id)! : isWorkers ? this.#fetch(id, where as WorkerId[]) : (where as Uint8Array);
      inputs.push(fromBytes(bytes));
    }
    return run(...([...(fromBytes(args) as unknown[]), ...inputs] as never[]));
  }

  #fetch(id: TaskId, workers: readonly WorkerId[]): Uint8Array {
    for (const worker of workers) {
      const address = this.peers.get(worker);
      if (address === undefined) throw new Error(`the scheduler named the worker ${worker} before it said where it is`);
      const bytes = this.#siblings.get(address)?.results.get(id);
      if (bytes !== undefined) return bytes;
    }
    throw new Error(`nobody has ${id}`);
  }

  #answer(method: string, params: unknown): unknown {
    this.calls.push([method, params]);
    this.#changed();
    switch (method) {
      case 'versions':
        return this.hello.versions;
      case 'story':
        return [];
      case 'call-stack':
        return Object.fromEntries(this.running.map(({ key }) => [key, `at ${key}`]));
      case 'run':
        return toBytes(this.hello.name);
      case 'close':
        setImmediate(() => void this.channel.close());
        return null;
      default:
        return null;
    }
  }

  #changed(): void {
    this.#waiters = this.#waiters.filter(({ holds, done }) => {
      if (!holds()) return true;
      done();
      return false;
    });
  }
}
