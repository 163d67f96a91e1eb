/**
 * A scheduler with its workers for unit tests, in the same process: it runs tasks by itself, one after another in the order of
 * their ids as they become ready, and records what it was told. It keeps to the contract's order of messages and to nothing else.
 */
import { FunctionRuntime, decode, encode } from '@covey/functions';
import { dispatchClientBatch, systemClock, taskNews } from '@covey/protocol/internal';
import type {
  CallOptions,
  CancelScope,
  ClientMessageHandler,
  ClientTaskId,
  ErrorReport,
  FunctionBlob,
  FunctionId,
  Located,
  OptionsId,
  ScatterItem,
  SchedulerCalls,
  TaskId,
  TaskOptions,
  TaskRun,
  ValueFrames,
} from '@covey/protocol/internal';
import { CallTimeoutError, silentLogger } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { ExecutorCore } from '../executor/core.js';
import { Executor } from '../executor.js';
import type { SchedulerLink } from '../session/link.js';
import type { SessionSettings } from '../session/session.js';
import { View } from '../session/view.js';

export interface FakeTask {
  readonly id: number;
  readonly key: string;
  readonly fn: FunctionBlob | undefined;
  readonly args: Uint8Array;
  readonly dependencies: readonly number[];
  readonly options: TaskOptions;
  state: 'waiting' | 'done' | 'erred' | 'cancelled';
  frames?: ValueFrames;
  type?: string;
  error?: ErrorReport;
}

type Answers = {
  [Method in keyof SchedulerCalls]?: (
    params: SchedulerCalls[Method]['params'],
  ) => SchedulerCalls[Method]['result'] | Promise<SchedulerCalls[Method]['result']>;
};

export interface FakeOptions {
  /** Results up to this many bytes ride in the news. Default 1024. */
  readonly inlineBytes?: number;
  /** False: tasks wait until {@link FakeScheduler.runAll}. Default true. */
  readonly autoRun?: boolean;
  readonly logger?: Logger;
  readonly settings?: Partial<SessionSettings>;
}

export class FakeScheduler implements ClientMessageHandler, SchedulerLink {
  readonly address = 'inproc://fake';
  readonly welcome = { clientId: 1 as never, clusterName: 'fake', epoch: 'one' };
  onbatch: SchedulerLink['onbatch'];
  onend: SchedulerLink['onend'];
  unacknowledgedBytes = 0;

  /** Everything that was told, in order: the name of the message and what it said. */
  readonly log: [string, unknown][] = [];
  readonly known = new Map<number, FakeTask>();
  readonly released: number[] = [];
  readonly calls: [string, unknown][] = [];
  readonly answers: Answers = {};
  readonly fetches: (readonly number[])[] = [];
  closed = false;

  readonly #functions = new Map<FunctionId, FunctionBlob>();
  readonly #options = new Map<OptionsId, TaskOptions>();
  readonly #runtime = new FunctionRuntime();
  readonly #settings: FakeOptions;
  #incoming: unknown[] = [];
  #outgoing: unknown[] = [];
  #flushing = false;
  #running = false;

  constructor(settings: FakeOptions = {}) {
    this.#settings = settings;
  }

  /** An executor that talks to this scheduler. */
  executor(): Executor {
    const { logger = silentLogger, settings } = this.#settings;
    const core = new ExecutorCore(this, { logger, maxUnacknowledgedBytes: 2 ** 20, ...settings });
    return new Executor(core, new View({}));
  }

  /** The tasks that were submitted, in order. */
  get submitted(): FakeTask[] {
    return [...this.known.values()];
  }

  taskOf(key: string): FakeTask | undefined {
    return this.submitted.find((task) => task.key === key);
  }

  /** The names of the messages so far. */
  get names(): string[] {
    return this.log.map(([name]) => name);
  }

  // ---- The link

  batch(): unknown[] {
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => {
        this.#flushing = false;
        this.flush();
      });
    }
    return this.#incoming;
  }

  weigh(): void {
    // The fake takes whole batches, whatever their size.
  }

  flush(): void {
    const batch = this.#incoming;
    this.#incoming = [];
    if (batch.length > 0) dispatchClientBatch(batch, this);
    if (this.#settings.autoRun !== false) void this.runAll();
  }

  async drained(): Promise<void> {
    this.unacknowledgedBytes = 0;
  }

  async call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options: CallOptions = {},
  ): Promise<SchedulerCalls[Method]['result']> {
    this.flush();
    this.calls.push([method, params]);
    const answer = this.answers[method] ?? this.#own[method];
    if (answer === undefined) throw new Error(`the fake scheduler has no answer for ${method}`);
    const { signal, timeoutMs } = options;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (timeoutMs !== undefined) systemClock.setTimer(() => reject(new CallTimeoutError(method)), timeoutMs);
      Promise.resolve(answer(params)).then(resolve, reject);
    });
  }

  readonly workers: SchedulerLink['workers'] = {
    fetch: async (_address, taskIds) => {
      this.fetches.push(taskIds);
      return taskIds.map((id) => this.known.get(id)?.frames);
    },
    upload: async (_address, taskId, value) => {
      const task = this.known.get(taskId) as FakeTask;
      this.#finish(task, value, task.type ?? 'object');
      this.#send();
    },
    call: async () => {
      throw new Error('the fake scheduler has no actors');
    },
    close: async () => undefined,
  };

  async close(): Promise<void> {
    this.closed = true;
  }

  readonly #own: Answers = {
    locate: ({ ids }) =>
      ids.map((id): Located => {
        const task = this.known.get(id) as FakeTask;
        const nbytes = bytesOf(task.frames);
        return { taskId: id as unknown as TaskId, nbytes, type: task.type ?? '', addresses: ['worker-1'] };
      }),
    scatter: ({ items }) =>
      items.map((item) => {
        this.#addScattered(item);
        return { taskId: item.id as unknown as TaskId, addresses: item.inline === undefined ? ['worker-1'] : [] };
      }),
    adopt: ({ keys, firstId }) =>
      keys.map((key, i) => {
        const task = this.taskOf(key);
        if (task === undefined) return false;
        const id = firstId + i;
        this.known.set(id, { ...task, id });
        this.#tell(this.known.get(id) as FakeTask);
        setImmediate(() => this.#send());
        return true;
      }),
    'fire-and-forget': () => null,
    replicate: () => null,
    rebalance: () => null,
    subscribe: () => null,
    unsubscribe: () => null,
  };

  // ---- What the client tells

  function(id: FunctionId, blob: FunctionBlob): void {
    this.log.push(['function', blob.name]);
    this.#functions.set(id, blob);
  }

  options(id: OptionsId, options: TaskOptions): void {
    this.log.push(['options', options]);
    this.#options.set(id, options);
  }

  tasks(run: TaskRun): void {
    this.log.push(['tasks', run]);
    const { firstId, count, keys, args, argumentEnds, dependencies } = run;
    const options = this.#options.get(run.optionsId);
    const fn = this.#functions.get(run.functionId);
    if (options === undefined || fn === undefined) throw new Error('a run names what was not sent');
    const each = (dependencies?.length ?? 0) / count;
    for (let i = 0; i < count; i++) {
      const id = firstId + i;
      const start = i === 0 ? 0 : (argumentEnds?.[i - 1] as number);
      const task: FakeTask = {
        id,
        key: typeof keys === 'string' ? `${keys}-${id}` : (keys[i] as string),
        fn,
        args: args.slice(start, argumentEnds?.[i] ?? args.length),
        dependencies: dependencies?.slice(i * each, (i + 1) * each) ?? [],
        options,
        state: 'waiting',
      };
      for (const dependency of task.dependencies) {
        if (!this.known.has(dependency) || this.released.includes(dependency)) {
          throw new Error(`task ${id} depends on ${dependency}, which is not known`);
        }
      }
      this.known.set(id, task);
    }
  }

  hold(ids: readonly ClientTaskId[]): void {
    this.log.push(['hold', ids]);
    for (const id of ids) this.#tell(this.known.get(id) as FakeTask);
  }

  release(ranges: readonly number[]): void {
    this.log.push(['release', ranges]);
    for (let at = 0; at < ranges.length; at += 2) {
      for (let i = 0; i < (ranges[at + 1] as number); i++) this.released.push((ranges[at] as number) + i);
    }
  }

  cancel(ids: readonly ClientTaskId[], scope: CancelScope, reason: string): void {
    this.log.push(['cancel', { ids, scope, reason }]);
    for (const id of ids) {
      const task = this.known.get(id) as FakeTask;
      if (task.state === 'waiting') task.state = 'cancelled';
    }
  }

  retry(ids: readonly ClientTaskId[]): void {
    this.log.push(['retry', ids]);
    for (const id of ids) {
      const task = this.known.get(id) as FakeTask;
      if (task.state !== 'erred') continue;
      task.state = 'waiting';
      taskNews.pending(this.#outgoing, id);
    }
  }

  releaseFunction(ids: readonly FunctionId[]): void {
    this.log.push(['releaseFunction', ids]);
    for (const id of ids) this.#functions.delete(id);
  }

  // ---- Its work

  /** Runs all tasks that can run, and tells. */
  async runAll(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (const task of this.known.values())
        if (task.state === 'waiting' && task.fn !== undefined) await this.#run(task);
    } finally {
      this.#running = false;
    }
    this.#send();
  }

  /** Sends news of one's own making. */
  tell(write: (out: unknown[]) => void): void {
    write(this.#outgoing);
    this.#send();
  }

  async #run(task: FakeTask): Promise<void> {
    const inputs = task.dependencies.map((id) => this.known.get(id) as FakeTask);
    const failed = inputs.find((input) => input.state === 'erred' || input.state === 'cancelled');
    if (failed !== undefined) {
      task.state = failed.state;
      if (failed.error !== undefined) task.error = failed.error;
      this.#tell(task);
      return;
    }
    if (inputs.some((input) => input.state === 'waiting')) return;
    const fn = task.fn as FunctionBlob;
    const values = inputs.map((input) => decode(input.frames as ValueFrames));
    try {
      const captures = { reference: (index: number) => values[index] };
      const inArguments = { reference: (index: number) => values[fn.references + index] };
      const run = (await this.#runtime.load(fn, captures)) as (...args: unknown[]) => unknown;
      const args = decode({ header: task.args, buffers: [] }, inArguments) as unknown[];
      const value = task.options.actor === true ? undefined : await run(...args);
      this.#finish(task, encode(value), typeof value);
    } catch (error) {
      task.state = 'erred';
      const { name, message, stack } =
        error instanceof Error ? error : { name: 'string', message: String(error), stack: '' };
      const value = encode(error, { outOfBandBytes: Infinity }).header;
      task.error = { name, message, value, key: task.key, worker: 'worker-1', ...(stack !== undefined && { stack }) };
      this.#tell(task);
    }
  }

  #finish(task: FakeTask, frames: ValueFrames, type: string): void {
    task.state = 'done';
    task.frames = frames;
    task.type = type;
    this.#tell(task);
  }

  #tell(task: FakeTask): void {
    if (
      task.options.wanted === false &&
      !this.log.some(([name, ids]) => name === 'hold' && (ids as number[]).includes(task.id))
    )
      return;
    const id = task.id as ClientTaskId;
    if (task.state === 'erred') taskNews.erred(this.#outgoing, id, task.error as ErrorReport);
    if (task.state === 'cancelled') taskNews.cancelled(this.#outgoing, id, 'ERR_COVEY_TASK_CANCELLED', 'as asked');
    if (task.state !== 'done') return;
    const nbytes = bytesOf(task.frames);
    const inline =
      nbytes <= (this.#settings.inlineBytes ?? 1024) && task.frames?.buffers.length === 0 ? task.frames.header : null;
    taskNews.done(this.#outgoing, id, nbytes, task.type ?? 'object', inline);
  }

  #send(): void {
    const batch = this.#outgoing;
    if (batch.length === 0 || this.closed) return;
    this.#outgoing = [];
    this.onbatch?.(batch);
  }

  #addScattered(item: ScatterItem): void {
    const task: FakeTask = {
      id: item.id,
      key: item.key,
      fn: undefined,
      args: new Uint8Array(),
      dependencies: [],
      options: {},
      state: 'waiting',
      type: item.type,
    };
    this.known.set(item.id, task);
    if (item.inline !== undefined) this.#finish(task, { header: item.inline, buffers: [] }, item.type);
  }
}

function bytesOf(frames: ValueFrames | undefined): number {
  return (frames?.header.length ?? 0) + (frames?.buffers.reduce((sum, buffer) => sum + buffer.length, 0) ?? 0);
}

/** Until what was said in this turn has arrived. */
export async function turn(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}
