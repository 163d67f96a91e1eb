/** A client for tests of the server: it speaks the client's side of the protocol and remembers what it hears of its tasks. */
import { clientMessages, deferred, dispatchTaskNews, openChannel } from '@covey/protocol/internal';
import type {
  CallOptions,
  Channel,
  ChannelCloseReason,
  ClientTaskId,
  ClientWelcome,
  ErrorReport,
  FunctionId,
  OpenChannelOptions,
  OptionsId,
  SchedulerCalls,
  TaskNewsHandler,
  TaskOptions,
} from '@covey/protocol/internal';
import { fromBytes, toBytes } from './fake-worker.js';

/** What a client knows of one of its tasks. */
export type Outcome =
  | { readonly status: 'pending' }
  | { readonly status: 'done'; readonly nbytes: number; readonly value: unknown }
  | { readonly status: 'erred'; readonly error: ErrorReport }
  | { readonly status: 'cancelled'; readonly code: string; readonly reason: string };

export class FakeClient implements TaskNewsHandler {
  channel!: Channel;
  welcome!: ClientWelcome;
  readonly events: [topic: string, payload: unknown][] = [];
  readonly closed = deferred<ChannelCloseReason>();
  readonly #outcomes = new Map<ClientTaskId, Outcome>();
  readonly #functions = new Map<string, FunctionId>();
  #nextId = 1;
  #nextOptions = 1;
  #waiters: { readonly holds: () => boolean; readonly done: () => void }[] = [];

  async connect(address: string, options: Omit<OpenChannelOptions, 'role'>): Promise<this> {
    const configure = (channel: Channel, welcome: Readonly<Record<string, unknown>>) => {
      this.channel = channel;
      this.welcome = welcome as unknown as ClientWelcome;
      channel.onbatch = (batch) => {
        dispatchTaskNews(batch, this);
        this.#changed();
      };
      channel.onclose = (reason) => this.closed.resolve(reason);
    };
    await openChannel(address, { ...options, role: 'client', configure });
    return this;
  }

  /** Numbers for tasks that come into being elsewhere (`adopt`, `scatter`). */
  takeIds(count: number): ClientTaskId[] {
    return Array.from({ length: count }, () => this.#nextId++ as ClientTaskId);
  }

  /** Counts from 1 again, which no good client does. */
  rewind(): void {
    this.#nextId = 1;
  }

  /** Submits one task: a function of the fake workers, arguments, and tasks whose results follow them. */
  submit(
    name: string,
    args: readonly unknown[],
    dependencies: readonly ClientTaskId[] = [],
    options: TaskOptions & { readonly key?: string } = {},
  ): ClientTaskId {
    const { key, ...taskOptions } = options;
    const out = this.channel.write();
    const optionsId = this.#nextOptions++ as OptionsId;
    clientMessages.options(out, optionsId, taskOptions);
    const [id] = this.takeIds(1) as [ClientTaskId];
    clientMessages.tasks(out, {
      optionsId,
      functionId: this.function(name),
      firstId: id,
      count: 1,
      keys: key === undefined ? `${name}-${this.welcome.clientId}` : [key],
      args: toBytes(args),
      argumentEnds: null,
      dependencies: dependencies.length === 0 ? null : dependencies,
      definitions: null,
    });
    return id;
  }

  /** Submits a function for each of many first arguments. */
  map(name: string, values: readonly unknown[]): ClientTaskId[] {
    const parts = values.map((value) => toBytes([value]));
    const ids = this.takeIds(values.length);
    const out = this.channel.write();
    const optionsId = this.#nextOptions++ as OptionsId;
    clientMessages.options(out, optionsId, {});
    let end = 0;
    clientMessages.tasks(out, {
      optionsId,
      functionId: this.function(name),
      firstId: ids[0]!,
      count: values.length,
      keys: `${name}-${this.welcome.clientId}`,
      args: Buffer.concat(parts),
      argumentEnds: parts.map((part) => (end += part.length)),
      dependencies: null,
      definitions: null,
    });
    return ids;
  }

  /** The session's number of a function; told to the scheduler at its first use. */
  function(name: string): FunctionId {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const id = (this.#functions.size + 1) as FunctionId;
    this.#functions.set(name, id);
    clientMessages.function(this.channel.write(), id, {
      hash: `hash of ${name}`,
      name,
      references: 0,
      header: toBytes(name),
      buffers: [],
    });
    return id;
  }

  outcome(id: ClientTaskId): Outcome {
    return this.#outcomes.get(id) ?? { status: 'pending' };
  }

  /** Waits until a task has ended one way or another. */
  async ended(id: ClientTaskId): Promise<Outcome> {
    await this.until(() => this.outcome(id).status !== 'pending');
    return this.outcome(id);
  }

  /** The value of a task that succeeds. */
  async result(id: ClientTaskId): Promise<unknown> {
    const outcome = await this.ended(id);
    if (outcome.status !== 'done') throw new Error(`task ${id} ended otherwise: ${JSON.stringify(outcome)}`);
    return outcome.value;
  }

  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    const { promise, resolve } = deferred();
    this.#waiters.push({ holds, done: resolve });
    await promise;
  }

  async call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options?: CallOptions,
  ): Promise<SchedulerCalls[Method]['result']> {
    return await this.channel.call(method, params, options);
  }

  release(ids: readonly ClientTaskId[]): void {
    clientMessages.release(
      this.channel.write(),
      ids.flatMap((id) => [id, 1]),
    );
  }

  done(id: ClientTaskId, nbytes: number, _type: string, inline: Uint8Array | null): void {
    this.#outcomes.set(id, { status: 'done', nbytes, value: inline === null ? undefined : fromBytes(inline) });
  }

  erred(id: ClientTaskId, error: ErrorReport): void {
    this.#outcomes.set(id, { status: 'erred', error });
  }

  cancelled(id: ClientTaskId, code: string, reason: string): void {
    this.#outcomes.set(id, { status: 'cancelled', code, reason });
  }

  pending(id: ClientTaskId): void {
    this.#outcomes.delete(id);
  }

  event(topic: string, payload: unknown): void {
    this.events.push([topic, payload]);
  }

  #changed(): void {
    this.#waiters = this.#waiters.filter(({ holds, done }) => {
      if (!holds()) return true;
      done();
      return false;
    });
  }
}
