/**
 * A core in a world of a few lines: builders for clients, workers and tasks, in a test's own words, and what the core said.
 *
 * Validation is on: every stimulus is followed by a check of every invariant.
 */
import type {
  AttemptId,
  CancelScope,
  ClientId,
  ClientTaskId,
  ErrorReport,
  FunctionId,
  Opaque,
  OptionsId,
  TaskId,
  TaskOptions,
  WorkerHello,
  WorkerId,
} from '@covey/protocol/internal';
import type { SchedulerConfig } from '../config.js';
import { SchedulerCore } from '../core.js';
import type { SchedulerOutput } from '../output.js';
import type { WorkerDeparture } from '../surface.js';
import { recordingOutput } from './recording-output.js';
import type { Message, Said } from './recording-output.js';

/** How a test writes a task down. */
export interface TaskSketch {
  readonly key: string;
  readonly dependsOn?: readonly string[];
  readonly fn?: string;
  readonly args?: string;
  readonly options?: TaskOptions;
  /** What a client that compares by content says that it computes. */
  readonly definition?: number;
}

/** An attempt that was sent and not taken yet. */
export interface SentAttempt {
  readonly worker: WorkerId;
  readonly taskId: TaskId;
  readonly attempt: AttemptId;
  readonly key: string;
  readonly dependencies: Extract<Message, { said: 'compute' }>['args'][9];
}

const encoder = new TextEncoder();

/** A worker's hello with defaults. */
export function workerHello(name: string, more: Partial<WorkerHello> = {}): WorkerHello {
  return {
    name,
    address: `tcp://${name}`,
    host: `host-of-${name}`,
    pid: 1,
    nthreads: 1,
    memoryLimit: 0,
    resources: {},
    versions: {},
    ...more,
  };
}

/** A client of a world, which names its tasks by key. */
export class WorldClient {
  readonly id: ClientId;
  readonly ids = new Map<string, ClientTaskId>();
  readonly keys = new Map<ClientTaskId, string>();
  readonly #world: World;
  readonly #functions = new Map<string, FunctionId>();
  readonly #options = new Map<string, OptionsId>();
  nextId = 1;

  constructor(world: World, name: string, insideTask?: string) {
    this.#world = world;
    this.id = world.core.addClient({ name, ...(insideTask === undefined ? {} : { insideTask }) }, world.now);
  }

  /** Submits a task, or several in a row, and gives their keys numbers. */
  submit(...sketches: (TaskSketch | string)[]): void {
    for (const sketch of sketches) this.#submitOne(typeof sketch === 'string' ? { key: sketch } : sketch);
  }

  /** Submits `count` tasks `prefix-N` as one run; answers their keys. */
  map(prefix: string, count: number, options: TaskOptions = {}): string[] {
    const firstId = this.nextId as ClientTaskId;
    this.nextId += count;
    const keys = Array.from({ length: count }, (_, i) => this.#name(`${prefix}-${firstId + i}`, firstId + i));
    const run = { functionId: this.functionId(prefix), optionsId: this.optionsId(options), firstId, count };
    const argumentEnds = keys.map((_, i) => i + 1);
    const args = new Uint8Array(count);
    this.#world.core.submitRun(
      this.id,
      { ...run, keys: prefix, args, argumentEnds, dependencies: null, definitions: null },
      this.#world.now,
    );
    return keys;
  }

  hold(...keys: string[]): void {
    this.#world.core.hold(
      this.id,
      keys.map((key) => this.ids.get(key)!),
      this.#world.now,
    );
  }

  release(...keys: string[]): void {
    const ranges = keys.flatMap((key) => [this.ids.get(key)!, 1]);
    this.#world.core.release(this.id, ranges, this.#world.now);
  }

  cancel(keys: string | string[], scope: CancelScope = 'client'): void {
    const ids = [keys].flat().map((key) => this.ids.get(key)!);
    this.#world.core.cancel(this.id, ids, scope, 'a test said so', this.#world.now);
  }

  retry(...keys: string[]): void {
    this.#world.core.retry(
      this.id,
      keys.map((key) => this.ids.get(key)!),
      this.#world.now,
    );
  }

  adopt(...keys: string[]): boolean[] {
    const firstId = this.nextId as ClientTaskId;
    for (const key of keys) this.#name(key, this.nextId++);
    return this.#world.core.adopt(this.id, keys, firstId, this.#world.now);
  }

  /** Says that the result of a task that runs will hold tasks of this client. */
  holdInResult(key: string, ...held: string[]): string {
    const ids = held.map((name) => this.ids.get(name) ?? (0 as ClientTaskId));
    return this.#world.core.holdInResult(this.id, this.#world.attempts.get(key)!.attempt, ids, this.#world.now);
  }

  leave(): void {
    this.#world.core.removeClient(this.id, this.#world.now);
  }

  functionId(name: string): FunctionId {
    let id = this.#functions.get(name);
    if (id === undefined) {
      id = (this.#functions.size + 1) as FunctionId;
      this.#functions.set(name, id);
      const blob = { hash: `hash of ${name}`, name, references: 0, header: encoder.encode(name), buffers: [] };
      this.#world.core.defineFunction(this.id, id, blob, this.#world.now);
    }
    return id;
  }

  optionsId(options: TaskOptions): OptionsId {
    const identity = JSON.stringify(options);
    let id = this.#options.get(identity);
    if (id === undefined) {
      id = (this.#options.size + 1) as OptionsId;
      this.#options.set(identity, id);
      this.#world.core.defineOptions(this.id, id, options, this.#world.now);
    }
    return id;
  }

  #submitOne({ key, dependsOn = [], fn = 'f', args = '', options = {}, definition }: TaskSketch): void {
    const firstId = this.nextId as ClientTaskId;
    const dependencies = dependsOn.map((name) => this.ids.get(name) ?? (0 as ClientTaskId));
    this.#name(key, this.nextId++);
    this.#world.core.submitRun(
      this.id,
      {
        functionId: this.functionId(fn),
        optionsId: this.optionsId(options),
        firstId,
        count: 1,
        keys: [key],
        args: encoder.encode(args),
        argumentEnds: null,
        dependencies: dependencies.length === 0 ? null : dependencies,
        definitions: definition === undefined ? null : [definition],
      },
      this.#world.now,
    );
  }

  #name(key: string, id: number): string {
    this.ids.set(key, id as ClientTaskId);
    this.keys.set(id as ClientTaskId, key);
    return key;
  }
}

/** A core, what it said, and words to speak to it. */
export class World {
  now = 0;
  readonly core: SchedulerCore;
  /** Everything said since the last `heard`. */
  messages: Message[] = [];
  /** Attempts sent and not ended, by key. */
  readonly attempts = new Map<string, SentAttempt>();
  readonly #addresses = new Map<number, string>();

  /** Tests of thousands of tasks do without validation. */
  constructor(config: SchedulerConfig = {}, { validate = true } = {}) {
    const output = recordingOutput((message) => this.#note(message));
    this.core = new SchedulerCore({ output, config, validate });
  }

  client(name = 'alice', insideTask?: string): WorldClient {
    return new WorldClient(this, name, insideTask);
  }

  worker(name: string, more: Partial<WorkerHello> = {}): WorkerId {
    const hello = workerHello(name, more);
    const id = this.core.addWorker(hello, this.now);
    this.#addresses.set(id, name);
    return id;
  }

  flush(): void {
    this.core.flushAssignments(this.now);
  }

  /** Where each key's attempt is, by the worker's name, in the order in which they were sent. */
  running(): Record<string, string> {
    return Object.fromEntries([...this.attempts].map(([key, { worker }]) => [key, this.#addresses.get(worker)!]));
  }

  /** The tasks sent to each worker, in order. */
  byWorker(): Record<string, string[]> {
    const lists: Record<string, string[]> = {};
    for (const [key, { worker }] of this.attempts) (lists[this.#addresses.get(worker)!] ??= []).push(key);
    return lists;
  }

  start(...keys: string[]): void {
    for (const key of keys) {
      const { worker, attempt } = this.attempts.get(key)!;
      this.core.workerStarted(worker, [attempt], this.now);
    }
  }

  /** Ends attempts well, in one batch. */
  finish(
    keys: string | readonly string[],
    result: { nbytes?: number; durationMs?: number; inline?: Opaque } = {},
  ): void {
    for (const key of [keys].flat()) {
      const { worker, taskId, attempt } = this.#take(key);
      const { nbytes = 5000, durationMs = 1, inline = null } = result;
      this.core.workerDone(worker, taskId, attempt, nbytes, 'object', this.now, durationMs, 0, inline, this.now);
    }
    this.flush();
  }

  finishPinned(key: string, thread: number): void {
    const { worker, taskId, attempt } = this.#take(key);
    this.core.workerPinned(worker, taskId, attempt, 'Socket', 'open', this.now, 1, thread, this.now);
    this.flush();
  }

  err(key: string, message = 'boom'): void {
    const { worker, taskId, attempt } = this.#take(key);
    const error: ErrorReport = { name: 'Error', message, key };
    this.core.workerErred(worker, taskId, attempt, this.now, 1, 0, error, this.now);
    this.flush();
  }

  stop(key: string, ran: boolean, reason = 'cancelled'): void {
    const { worker, taskId, attempt } = this.#take(key);
    this.core.workerStopped(worker, taskId, attempt, ran, reason, this.now);
    this.flush();
  }

  gain(worker: WorkerId, ...keys: string[]): void {
    this.core.workerGained(
      worker,
      keys.map((key) => this.taskId(key)),
      this.now,
    );
    this.flush();
  }

  /** A worker is gone, with everything on it. */
  kill(worker: WorkerId, departure: Partial<WorkerDeparture> = {}): void {
    for (const [key, attempt] of this.attempts) if (attempt.worker === worker) this.attempts.delete(key);
    this.core.removeWorker(worker, { graceful: false, reason: 'connection lost', ...departure }, this.now);
    this.flush();
  }

  taskId(key: string): TaskId {
    const info = this.core.taskInfo(key);
    if (info === undefined) throw new Error(`there is no task ${key}`);
    return info.taskId;
  }

  state(key: string): string {
    return this.core.taskInfo(key)?.state ?? 'forgotten';
  }

  states(...keys: string[]): Record<string, string> {
    return Object.fromEntries(keys.map((key) => [key, this.state(key)]));
  }

  /** The arguments of everything said under one name since last asked, and forgets all that was said. */
  heard<Name extends Said>(name: Name): Parameters<SchedulerOutput[Name]>[] {
    const found = this.messages.filter((message) => message.said === name).map((message) => message.args);
    this.messages = [];
    return found as unknown as Parameters<SchedulerOutput[Name]>[];
  }

  /** What a client was told since last asked, as `state key` lines. */
  news(client: WorldClient): string[] {
    const lines: string[] = [];
    for (const { said, args } of this.messages) {
      if (said !== 'done' && said !== 'erred' && said !== 'cancelled' && said !== 'pending') continue;
      if (args[0] === client.id) lines.push(`${said} ${client.keys.get(args[1])!}`);
    }
    this.messages = [];
    return lines;
  }

  #take(key: string): SentAttempt {
    const attempt = this.attempts.get(key);
    if (attempt === undefined) throw new Error(`${key} is not running: ${[...this.attempts.keys()].join(', ')}`);
    this.attempts.delete(key);
    return attempt;
  }

  #note(message: Message): void {
    this.messages.push(message);
    if (message.said !== 'compute') return;
    const [worker, taskId, attempt, key, , , , , , dependencies] = message.args;
    this.attempts.set(key, { worker, taskId, attempt, key, dependencies });
  }
}
