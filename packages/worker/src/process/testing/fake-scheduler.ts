/**
 * Stands for the scheduler in tests and measurements of the worker: welcomes workers, gives them tasks as it is told, keeps their news, and shows results. It
 * decides nothing.
 */
import { Secret, formatAddress } from '@covey/protocol';
import type { Address } from '@covey/protocol';
import {
  BulkClient,
  ChannelServer,
  dispatchWorkerNews,
  listen,
  socketAddress,
  makeNonce,
  workerMessages,
} from '@covey/protocol/internal';
import type {
  AttemptId,
  Channel,
  DependencyWhere,
  ErrorReport,
  FunctionId,
  Listener,
  Opaque,
  TaskId,
  UploadedFile,
  WorkerHeartbeat,
  WorkerHello,
  WorkerId,
  WorkerNewsHandler,
} from '@covey/protocol/internal';
import { captureFunction, decode, encode } from '@covey/functions';

type AnyFunction = (...args: never[]) => unknown;

/** One message of a worker, as a record: `{ worker, op: 'done', … }`. */
export interface News {
  readonly worker: FakeSession;
  readonly op: string;
  readonly taskId?: number;
  readonly attempt?: number;
  readonly [field: string]: unknown;
}

/** A result of another task in the arguments of a task. */
export class Input {
  readonly taskId: number;

  constructor(taskId: number) {
    this.taskId = taskId;
  }
}

export interface SubmitOptions {
  readonly priority?: number;
  readonly timeoutMs?: number;
  readonly actor?: boolean;
  /** How each input is said to be had; default: the worker has it. */
  readonly where?: Readonly<Record<number, DependencyWhere>>;
  readonly taskId?: number;
}

/** A worker's session. */
export class FakeSession implements WorkerNewsHandler {
  readonly id: WorkerId;
  readonly hello: WorkerHello;
  readonly channel: Channel;
  figures: WorkerHeartbeat | undefined;
  readonly #scheduler: FakeScheduler;
  readonly #functions = new Map<string, FunctionId>();
  #lastFunction = 0;

  constructor(scheduler: FakeScheduler, id: WorkerId, hello: WorkerHello, channel: Channel) {
    this.#scheduler = scheduler;
    this.id = id;
    this.hello = hello;
    this.channel = channel;
    channel.onbatch = (batch) => dispatchWorkerNews(batch, this);
    channel.handle = () => null;
  }

  /** Sends a task and answers its id. */
  submit(fn: AnyFunction, args: readonly unknown[] = [], options: SubmitOptions = {}): number {
    const captured = captureFunction(fn);
    let functionId = this.#functions.get(captured.hash);
    const out = this.channel.write();
    if (functionId === undefined) {
      functionId = ++this.#lastFunction as FunctionId;
      this.#functions.set(captured.hash, functionId);
      const { header, buffers } = captured.blob;
      workerMessages.function(out, functionId, {
        hash: captured.hash,
        name: captured.name,
        references: 0,
        header,
        buffers,
      });
    }
    const inputs: number[] = [];
    const reference = (value: object): number => (value instanceof Input ? inputs.push(value.taskId) - 1 : -1);
    const { header } = encode(args, { reference, outOfBandBytes: Infinity });
    const taskId = options.taskId ?? this.#scheduler.nextTaskId();
    const dependencies = inputs.flatMap((id) => [id as TaskId, 0, options.where?.[id] ?? 0]);
    workerMessages.compute(
      out,
      taskId as TaskId,
      this.#scheduler.nextAttempt(taskId),
      `key-${taskId}`,
      functionId,
      options.priority ?? taskId,
      options.timeoutMs ?? 0,
      options.actor === true ? 1 : 0,
      header,
      dependencies.length === 0 ? null : dependencies,
      1,
    );
    return taskId;
  }

  /** Releases all functions sent so far. */
  releaseFunctions(): void {
    workerMessages.releaseFunction(this.channel.write(), [...this.#functions.values()]);
    this.#functions.clear();
  }

  cancel(taskId: number, reason = 'cancelled'): void {
    workerMessages.cancel(this.channel.write(), taskId as TaskId, this.#scheduler.attemptOf(taskId), reason);
  }

  free(...taskIds: number[]): void {
    workerMessages.free(this.channel.write(), taskIds as TaskId[]);
  }

  peer(other: FakeSession): void {
    workerMessages.peer(this.channel.write(), other.id, other.hello.address);
  }

  holders(taskId: number, nbytes: number, workers: readonly WorkerId[]): void {
    workerMessages.holders(this.channel.write(), taskId as TaskId, nbytes, workers);
  }

  // --- news

  done(
    taskId: TaskId,
    attempt: AttemptId,
    nbytes: number,
    type: string,
    startMs: number,
    durationMs: number,
    thread: number,
    inline: Opaque | null,
  ): void {
    this.#tell({ op: 'done', taskId, attempt, nbytes, type, startMs, durationMs, thread, inline });
  }

  pinned(
    taskId: TaskId,
    attempt: AttemptId,
    type: string,
    why: string,
    startMs: number,
    durationMs: number,
    thread: number,
  ): void {
    this.#tell({ op: 'pinned', taskId, attempt, type, why, startMs, durationMs, thread });
  }

  erred(
    taskId: TaskId,
    attempt: AttemptId,
    startMs: number,
    durationMs: number,
    thread: number,
    error: ErrorReport,
  ): void {
    this.#tell({ op: 'erred', taskId, attempt, startMs, durationMs, thread, error });
  }

  stopped(taskId: TaskId, attempt: AttemptId, ran: boolean, reason: string): void {
    this.#tell({ op: 'stopped', taskId, attempt, ran, reason });
  }

  started(attempts: readonly AttemptId[]): void {
    this.#tell({ op: 'started', attempts });
  }

  suspended(taskId: TaskId, attempt: AttemptId): void {
    this.#tell({ op: 'suspended', taskId, attempt });
  }

  resumed(taskId: TaskId, attempt: AttemptId): void {
    this.#tell({ op: 'resumed', taskId, attempt });
  }

  gained(taskIds: readonly TaskId[]): void {
    this.#tell({ op: 'gained', taskIds });
  }

  lost(taskIds: readonly TaskId[]): void {
    this.#tell({ op: 'lost', taskIds });
  }

  missing(taskId: TaskId, holder: WorkerId): void {
    this.#tell({ op: 'missing', taskId, holder });
  }

  stored(taskId: TaskId, nbytes: number, type: string): void {
    this.#tell({ op: 'stored', taskId, nbytes, type });
  }

  heartbeat(figures: WorkerHeartbeat): void {
    this.figures = figures;
    this.#scheduler.wake();
  }

  event(topic: string, payload: unknown): void {
    this.#tell({ op: 'event', topic, payload });
  }

  threadEnded(thread: number): void {
    this.#tell({ op: 'threadEnded', thread });
  }

  #tell(news: { readonly op: string; readonly [field: string]: unknown }): void {
    this.#scheduler.hear({ ...news, worker: this });
  }
}

export class FakeScheduler implements AsyncDisposable {
  readonly secret = Secret.random();
  readonly news: News[] = [];
  readonly sessions: FakeSession[] = [];
  readonly bulk = new BulkClient({ secret: this.secret, role: 'client' });
  uploads: UploadedFile[] = [];
  heartbeatMs = 500;
  /** Turned off by measurements, which count for themselves. */
  hear: (news: News) => void = (news) => this.#hear(news);
  #listener!: Listener;
  #server!: ChannelServer;
  #lastTask = 0;
  #lastAttempt = 0;
  #lastWorker = 0;
  readonly #attempts = new Map<number, AttemptId>();
  #watchers: (() => void)[] = [];

  static async listen(address?: string): Promise<FakeScheduler> {
    const scheduler = new FakeScheduler();
    await scheduler.open(address);
    return scheduler;
  }

  async open(address?: string): Promise<void> {
    this.#server = new ChannelServer({
      onhello: () => ({
        workerId: this.#lastWorker + 1,
        epoch: 'test',
        heartbeatMs: this.heartbeatMs,
        uploads: this.uploads,
      }),
      onchannel: (channel, hello) => {
        this.sessions.push(
          new FakeSession(this, ++this.#lastWorker as WorkerId, hello.facts as unknown as WorkerHello, channel),
        );
        this.wake();
      },
    });
    await this.#listen(address ?? socketAddress(`test-${makeNonce()}`));
  }

  async #listen(address: Address | string): Promise<void> {
    this.#listener = await listen({
      address,
      secret: this.secret,
      role: 'scheduler',
      onChannelPeer: (comm) => this.#server.accept(comm),
    });
  }

  get address(): string {
    return formatAddress(this.#listener.contactAddress);
  }

  nextTaskId(): number {
    return ++this.#lastTask;
  }

  nextAttempt(taskId: number): AttemptId {
    const attempt = ++this.#lastAttempt as AttemptId;
    this.#attempts.set(taskId, attempt);
    return attempt;
  }

  attemptOf(taskId: number): AttemptId {
    return this.#attempts.get(taskId) ?? (0 as AttemptId);
  }

  /** Resolves when so many workers have come. */
  async workers(count: number): Promise<FakeSession[]> {
    await this.until(() => this.sessions.length >= count);
    return this.sessions;
  }

  /** The first news for which the test holds, heard or to come. */
  async wait(test: (news: News) => boolean): Promise<News> {
    let found: News | undefined;
    await this.until(() => (found = this.news.find(test)) !== undefined);
    return found as unknown as News;
  }

  /** How a task ended: `done`, `pinned`, `erred` or `stopped`. */
  outcome(taskId: number): Promise<News> {
    const ends = ['done', 'pinned', 'erred', 'stopped'];
    return this.wait(
      (news) => news.taskId === taskId && news.attempt === this.attemptOf(taskId) && ends.includes(news.op),
    );
  }

  /** The value of a task, from the news or from its worker. */
  async result(taskId: number): Promise<unknown> {
    const news = await this.outcome(taskId);
    if (news.op !== 'done')
      throw new Error(`task ${taskId} ended as ${news.op}: ${JSON.stringify(news['error'] ?? news['reason'])}`);
    const inline = news['inline'] as Uint8Array | null;
    if (inline !== null) return decode({ header: inline, buffers: [] });
    const [frames] = await this.bulk.fetch(news.worker.hello.address, [taskId]);
    if (frames === undefined) throw new Error(`task ${taskId} is not at its worker`);
    return decode(frames);
  }

  async until(test: () => boolean): Promise<void> {
    while (!test()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Vanishes without a goodbye, and would not know its sessions again. */
  async forget(): Promise<void> {
    await this.#listener.close();
  }

  /** Vanishes without a goodbye, and is there again, with all that it knew. */
  async blink(): Promise<void> {
    const { address } = this;
    await this.#listener.close();
    await this.#listen(address);
  }

  async close(): Promise<void> {
    await this.bulk.close();
    await this.#server.close();
    await this.#listener.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #hear(news: News): void {
    this.news.push(news);
    this.wake();
  }

  wake(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}
