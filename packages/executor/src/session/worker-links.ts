/** How a client reaches workers: connections for large values and for actors, made at need and kept for a while. */
import { BulkClient, openChannel } from '@covey/protocol/internal';
import type {
  CallOptions,
  Channel,
  ConnectOptions,
  FactMap,
  TaskId,
  ValueFrames,
  WorkerPeerCalls,
} from '@covey/protocol/internal';

/** What a session needs of the workers. */
export interface WorkerLinks {
  /**
   * Fetches results from one worker. In the answer, undefined stands for a result that the worker does not have.
   * Rejects when the worker can't be reached.
   */
  fetch(
    address: string,
    taskIds: readonly TaskId[],
    options?: CallOptions,
  ): Promise<readonly (ValueFrames | undefined)[]>;
  /** Uploads a scattered value to one worker. */
  upload(address: string, taskId: TaskId, value: ValueFrames, options?: CallOptions): Promise<void>;
  /** A call on a worker itself: actors. */
  call<Method extends keyof WorkerPeerCalls>(
    address: string,
    method: Method,
    params: WorkerPeerCalls[Method]['params'],
    options?: CallOptions,
  ): Promise<WorkerPeerCalls[Method]['result']>;
  close(): Promise<void>;
}

type Dial = Pick<ConnectOptions, 'secret' | 'tls' | 'timeoutMs' | 'network'>;

/** Real connections: bulk for values, a channel a worker for calls. */
export class WorkerConnections implements WorkerLinks {
  readonly #options: Dial & { readonly role: string };
  readonly #hello: FactMap;
  readonly #channels = new Map<string, Promise<Channel>>();
  #bulk: BulkClient | undefined;
  #closed = false;

  constructor(dial: Dial, hello: FactMap) {
    this.#options = { ...dial, role: 'client' };
    this.#hello = hello;
  }

  fetch(
    address: string,
    taskIds: readonly TaskId[],
    options: CallOptions = {},
  ): Promise<readonly (ValueFrames | undefined)[]> {
    return this.#bulkClient().fetch(address, taskIds, options);
  }

  upload(address: string, taskId: TaskId, value: ValueFrames, options: CallOptions = {}): Promise<void> {
    return this.#bulkClient().put(address, taskId, value, options);
  }

  async call<Method extends keyof WorkerPeerCalls>(
    address: string,
    method: Method,
    params: WorkerPeerCalls[Method]['params'],
    options: CallOptions = {},
  ): Promise<WorkerPeerCalls[Method]['result']> {
    const channel = await this.#channel(address);
    return (await channel.call(method, params, options)) as WorkerPeerCalls[Method]['result'];
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(this.#channels.values());
    this.#channels.clear();
    await Promise.all([
      this.#bulk?.close(),
      ...opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)),
    ]);
  }

  #bulkClient(): BulkClient {
    return (this.#bulk ??= new BulkClient(this.#options));
  }

  #channel(address: string): Promise<Channel> {
    let opening = this.#channels.get(address);
    if (opening === undefined) {
      const forget = () => {
        if (!this.#closed) this.#channels.delete(address);
      };
      opening = openChannel(address, { ...this.#options, hello: this.#hello, reconnect: { graceMs: 5000 } }).then(
        ({ channel }) => {
          channel.onclose = forget;
          return channel;
        },
        (error: unknown) => {
          forget();
          throw error;
        },
      );
      this.#channels.set(address, opening);
    }
    return opening;
  }
}
