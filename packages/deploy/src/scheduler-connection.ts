/** A client's connection to a scheduler for rare requests, opened at the first of them. */
import type { ConnectTls, Secret } from '@covey/protocol';
import { openChannel } from '@covey/protocol/internal';
import type { Channel, SchedulerCalls } from '@covey/protocol/internal';

export interface SchedulerConnectionOptions {
  readonly address: string;
  readonly secret: Secret;
  readonly tls?: ConnectTls;
  /** What the scheduler shows of us. */
  readonly name?: string;
}

export class SchedulerConnection implements AsyncDisposable {
  readonly #options: SchedulerConnectionOptions;
  #channel: Promise<Channel> | undefined;

  constructor(options: SchedulerConnectionOptions) {
    this.#options = options;
  }

  /**
   * Asks the scheduler.
   * @throws what connecting throws; the scheduler's error.
   */
  async call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<SchedulerCalls[Method]['result']> {
    const channel = await this.#open();
    return (await channel.call(method, params, options)) as SchedulerCalls[Method]['result'];
  }

  /** Ends the connection; the next call would open another. */
  async close(): Promise<void> {
    const opening = this.#channel;
    this.#channel = undefined;
    if (opening === undefined) return;
    const channel = await opening.catch(() => undefined); // What could not be opened is told to those who asked.
    await channel?.close('the client closed');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): Promise<Channel> {
    if (this.#channel !== undefined) return this.#channel;
    const { address, secret, tls, name = `cluster-${process.pid}` } = this.#options;
    const opening = openChannel(address, {
      secret,
      role: 'client',
      hello: { name },
      ...(tls !== undefined && { tls }),
    }).then(({ channel }) => {
      channel.onclose = forget;
      return channel;
    });
    const forget = () => {
      if (this.#channel === opening) this.#channel = undefined;
    };
    opening.catch(forget);
    this.#channel = opening;
    return opening;
  }
}
