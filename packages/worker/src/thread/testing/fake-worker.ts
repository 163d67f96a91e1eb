/**
 * Stands for a worker's I/O thread in the tests of the compute thread: starts the bundled thread, hands over tasks and allocates shared
 * buffers as the real one does, keeps results, and shows what the thread said.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { decode, encode } from '@covey/functions';
import type { DecodeOptions, Frames } from '@covey/functions';
import type { AttemptId, ErrorReport, FunctionId, TaskId } from '@covey/protocol/internal';
import { threadEntry } from '../../nanny/entry-files.js';
import { OutgoingBatch, receiveBatch } from '../batch.js';
import type { PostedBatch } from '../batch.js';
import { dispatchThreadReports, threadOrders } from '../messages.js';
import type { BufferId, Parts, ThreadReportHandler, ThreadStart } from '../messages.js';
import { nextSequence, ThreadControl } from '../thread-control.js';

type AnyFunction = (...args: never[]) => unknown;

/** Everything that the thread says, as records: `{ op: 'done', … }`. */
export interface Said {
  readonly op: string;
  readonly [field: string]: unknown;
}

export interface Stored {
  readonly header: Uint8Array | 0 | null;
  readonly parts: Parts;
}

/** A dependency in the arguments of a task in a test. */
export class Input {
  constructor(readonly taskId: number) {}
}

export class FakeWorker {
  readonly said: Said[] = [];
  readonly control = new ThreadControl();
  readonly results = new Map<number, Stored>();
  readonly buffers = new Map<BufferId, SharedArrayBuffer>();
  /** Leases and references from results, by buffer. */
  readonly leased = new Map<BufferId, number>();
  /** While true, `allocate` is answered with `collectFirst` once. */
  pressure = false;
  /** Why there is no memory, when there is none. */
  exhausted: string | undefined;
  readonly worker: Worker;
  readonly exited: Promise<number>;
  readonly localDirectory = mkdtempSync(join(tmpdir(), 'covey-thread-'));
  readonly #channel = new MessageChannel();
  readonly #answers = new MessageChannel();
  #batch = new OutgoingBatch();
  #sequence = 0;
  #nextTask = 1;
  #nextBuffer = 1;
  #nextRequest = 1;
  readonly #functions = new Map<string, FunctionId>();
  #checks: (() => void)[] = [];
  readonly #attempts = new Map<number, number>();

  constructor(more: Partial<ThreadStart> = {}) {
    const { port2: port } = this.#channel;
    const { port2: answers } = this.#answers;
    const start: ThreadStart = {
      thread: 0,
      port,
      answers,
      control: this.control.memory,
      workerName: 'alice',
      workerAddress: 'ws://127.0.0.1:1',
      host: 'here',
      schedulerAddress: 'ws://127.0.0.1:2',
      tls: null,
      secret: null,
      localDirectory: this.localDirectory,
      moduleRoot: null,
      executorEntry: null,
      cancelGraceMs: 20,
      uploads: [],
      ...more,
    };
    this.worker = new Worker(threadEntry(), { workerData: start, transferList: [port, answers] });
    this.exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.#channel.port1.on('message', (posted: PostedBatch) => {
      dispatchThreadReports(receiveBatch(posted).fields, this.#handler);
      for (const check of this.#checks) check();
    });
  }

  async close(): Promise<void> {
    this.#channel.port1.close();
    this.#answers.port1.close();
    await this.worker.terminate();
    rmSync(this.localDirectory, { recursive: true });
  }

  /** Puts a task into the batch; `flush` sends it. Answers its id, which is the id of its attempt too. */
  task(fn: AnyFunction, args: readonly unknown[] = [], options: { key?: string; actor?: boolean } = {}): number {
    const taskId = this.#nextTask++;
    const inputs: number[] = [];
    const { header } = encode(args, {
      outOfBandBytes: Infinity,
      reference: (value: object) => {
        if (!(value instanceof Input)) return -1;
        const known = inputs.indexOf(value.taskId);
        return known >= 0 ? known : inputs.push(value.taskId) - 1;
      },
    });
    const dependencies = inputs.flatMap((input): unknown[] => {
      const stored = this.results.get(input) as Stored;
      this.#share(stored.parts);
      return [input, stored.header, stored.parts];
    });
    const kind = options.actor === true ? 1 : 0;
    threadOrders.task(
      this.#batch.fields,
      this.#sequence,
      taskId as AttemptId,
      taskId as TaskId,
      options.key ?? `task-${taskId}`,
      this.#function(fn),
      kind,
      header,
      dependencies.length === 0 ? null : dependencies,
      1,
    );
    this.#attempts.set(taskId, this.#sequence);
    this.#sequence = nextSequence(this.#sequence);
    return taskId;
  }

  flush(): void {
    this.#batch.post(this.#channel.port1);
  }

  /** Hands over one task, and waits for what comes of it. */
  async run(
    fn: AnyFunction,
    args: readonly unknown[] = [],
    options: { key?: string; actor?: boolean } = {},
  ): Promise<Said> {
    const taskId = this.task(fn, args, options);
    this.flush();
    return this.end(taskId);
  }

  /** The value of a task, or what it threw. */
  async value(fn: AnyFunction, args: readonly unknown[] = []): Promise<unknown> {
    const said = await this.run(fn, args);
    if (said.op !== 'done') throw new Error(`${said.op}: ${JSON.stringify(said)}`);
    return this.decode(said['attempt'] as number);
  }

  decode(taskId: number, options?: DecodeOptions): unknown {
    const { header, parts } = this.results.get(taskId) as Stored;
    const views: Uint8Array[] = [];
    for (let at = 0; parts !== null && at < parts.length; at += 3) {
      views.push(
        new Uint8Array(this.buffers.get(parts[at] as number) as SharedArrayBuffer, parts[at + 1], parts[at + 2]),
      );
    }
    const frames: Frames =
      header === 0
        ? { header: views[0] as Uint8Array, buffers: views.slice(1) }
        : { header: header as Uint8Array, buffers: views };
    return decode(frames, options);
  }

  /** What came of an attempt. */
  end(attempt: number): Promise<Said> {
    return this.hears(({ op, attempt: of }) => of === attempt && ['done', 'pinned', 'erred', 'stopped'].includes(op));
  }

  /** The first thing said that the condition holds for. */
  hears(condition: (said: Said) => boolean): Promise<Said> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.said.find(condition);
        if (found === undefined) return;
        this.#checks = this.#checks.filter((other) => other !== check);
        resolve(found);
      };
      this.#checks.push(check);
      check();
    });
  }

  cancel(attempt: number, reason: string): void {
    threadOrders.cancel(this.#batch.fields, attempt as AttemptId, reason);
    this.flush();
  }

  drop(...taskIds: number[]): void {
    threadOrders.drop(this.#batch.fields, taskIds as TaskId[]);
    this.flush();
  }

  /** Forgets a result, as `free` does. */
  free(taskId: number): void {
    const { parts } = this.results.get(taskId) as Stored;
    this.results.delete(taskId);
    for (let at = 0; parts !== null && at < parts.length; at += 3) this.#release(parts[at] as number);
  }

  collect(token: number): Promise<Said> {
    threadOrders.collect(this.#batch.fields, token);
    this.flush();
    return this.hears((said) => said.op === 'collected' && said['token'] === token);
  }

  upload(name: string, path: string, hash: string): void {
    threadOrders.upload(this.#batch.fields, name, path, hash);
    this.flush();
  }

  request(write: (out: unknown[], requestId: number) => void): Promise<unknown> {
    const requestId = this.#nextRequest++;
    write(this.#batch.fields, requestId);
    this.flush();
    return this.hears(({ op, requestId: of }) => of === requestId && op.startsWith('reply')).then((said) => {
      if (said.op === 'replyError') throw Object.assign(new Error('replied'), said['error']);
      return decode({ header: said['value'] as Uint8Array, buffers: [] });
    });
  }

  runNow(fn: AnyFunction, args: readonly unknown[] = [], wait = true): Promise<unknown> {
    const { header } = encode(fn, { outOfBandBytes: Infinity });
    const blob = { hash: fn.toString(), name: fn.name, references: 0, header, buffers: [] };
    return this.request((out, id) =>
      threadOrders.run(out, id, blob, { header, parts: null }, encode(args, { outOfBandBytes: Infinity }).header, wait),
    );
  }

  callActor(taskId: number, method: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.request((out, id) =>
      threadOrders.actorCall(out, id, taskId as TaskId, method, encode(args, { outOfBandBytes: Infinity }).header),
    );
  }

  getActor(taskId: number, property: string): Promise<unknown> {
    return this.request((out, id) => threadOrders.actorGet(out, id, taskId as TaskId, property));
  }

  /** An order that does not exist. */
  sayNonsense(): void {
    this.#batch.fields.push(4711);
    this.flush();
  }

  /** All that was printed, joined. */
  printed(attempt?: number): string {
    return this.said
      .filter(({ op, attempt: of }) => op === 'print' && (attempt === undefined || of === attempt))
      .map(({ text }) => text as string)
      .join('');
  }

  #function(fn: AnyFunction): FunctionId {
    const source = fn.toString();
    const known = this.#functions.get(source);
    if (known !== undefined) return known;
    const id = (this.#functions.size + 1) as FunctionId;
    this.#functions.set(source, id);
    const { header } = encode(fn, { outOfBandBytes: Infinity });
    const blob = { hash: source, name: fn.name, references: 0, header, buffers: [] };
    threadOrders.function(this.#batch.fields, id, blob, { header, parts: null });
    return id;
  }

  #share(parts: Parts): void {
    for (let at = 0; parts !== null && at < parts.length; at += 3) {
      const id = parts[at] as number;
      if (this.#batch.share(id, this.buffers.get(id) as SharedArrayBuffer)) this.#hold(id);
    }
  }

  #hold(id: BufferId): void {
    this.leased.set(id, (this.leased.get(id) ?? 0) + 1);
  }

  #release(id: BufferId): void {
    const left = (this.leased.get(id) ?? 0) - 1;
    this.leased.set(id, left);
    if (left === 0) this.buffers.delete(id);
  }

  #allocate(sizes: readonly number[], collected: boolean): void {
    if (this.exhausted !== undefined) {
      this.#answers.port1.postMessage({ ids: [], buffers: [], collectFirst: false, error: this.exhausted });
    } else if (this.pressure && !collected) {
      this.#answers.port1.postMessage({ ids: [], buffers: [], collectFirst: true });
    } else {
      const ids: number[] = [];
      const buffers = sizes.map((size) => {
        const buffer = new SharedArrayBuffer(Math.ceil(size / 8) * 8);
        ids.push(this.#nextBuffer);
        this.buffers.set(this.#nextBuffer++, buffer);
        return buffer;
      });
      this.#answers.port1.postMessage({ ids, buffers, collectFirst: false });
    }
    this.control.announceAnswer();
  }

  readonly #handler: ThreadReportHandler = {
    ready: () => this.#say('ready', {}),
    done: (attempt, nbytes, type, startMs, durationMs, header, parts) => {
      for (let at = 0; parts !== null && at < parts.length; at += 3) this.#hold(parts[at] as number);
      this.results.set(attempt, { header, parts });
      this.#say('done', { attempt, nbytes, type, startMs, durationMs, header, parts });
    },
    pinned: (attempt, type, why, startMs, durationMs) => {
      this.results.set(attempt, { header: null, parts: null });
      this.#say('pinned', { attempt, type, why, startMs, durationMs });
    },
    erred: (attempt, startMs, durationMs, error: ErrorReport) =>
      this.#say('erred', { attempt, startMs, durationMs, error }),
    stopped: (attempt, reason) => this.#say('stopped', { attempt, reason }),
    suspended: (attempt) => this.#say('suspended', { attempt }),
    resumed: (attempt) => this.#say('resumed', { attempt }),
    reply: (requestId, value) => this.#say('reply', { requestId, value }),
    replyError: (requestId, error) => this.#say('replyError', { requestId, error }),
    unleased: (ids) => {
      for (const id of ids) this.#release(id);
      this.#say('unleased', { ids });
    },
    allocate: (sizes, collected) => {
      this.#allocate(sizes, collected);
      this.#say('allocate', { sizes, collected });
    },
    unused: (ids) => this.#say('unused', { ids }),
    collected: (token) => this.#say('collected', { token }),
    kept: (taskId) => this.#say('kept', { taskId }),
    event: (topic, payload) =>
      topic === 'print'
        ? this.#say('print', payload as Record<string, unknown>)
        : this.#say('event', { topic, payload }),
  };

  #say(op: string, fields: Record<string, unknown>): void {
    this.said.push({ op, ...fields });
  }
}
