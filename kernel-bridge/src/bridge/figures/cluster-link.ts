/**
 * The connection to a cluster's scheduler while somebody shows its figures. A scheduler that went away is dialled again as
 * long as the cluster is listed: it may have been started anew.
 */
import { ConnectError } from '@covey/protocol';
import { backoffMs, openChannel } from '@covey/protocol/internal';
import type { Channel, Clock, SchedulerCalls } from '@covey/protocol/internal';
import type { SchedulerAccess } from '@covey/deploy/internal';

export interface ClusterLinkOptions {
  readonly clock: Clock;
  /** Where the cluster is now. Throws, with the reason, when it is over. */
  readonly find: () => SchedulerAccess;
}

/** How long a cluster that is listed but does not answer is dialled. */
const PATIENCE_MS = 20_000;

export class ClusterLink {
  readonly #options: ClusterLinkOptions;
  readonly #closing = new AbortController();
  #opening: Promise<Channel> | undefined;
  #failures = 0;
  #failingSinceMs = 0;

  constructor(options: ClusterLinkOptions) {
    this.#options = options;
  }

  /** @throws when the cluster is over, or does not answer for long; the scheduler's own error; the signal's reason. */
  async call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    signal: AbortSignal,
  ): Promise<SchedulerCalls[Method]['result']> {
    for (;;) {
      const channel = await this.#open();
      try {
        const answer = (await channel.call(method, params, { signal })) as SchedulerCalls[Method]['result'];
        this.#failures = 0;
        return answer;
      } catch (error) {
        if (signal.aborted || !channel.closed || this.#closing.signal.aborted) throw error;
        await this.#pause(error);
      }
    }
  }

  close(): void {
    this.#closing.abort(new Error('nobody shows the cluster any more'));
    void this.#opening?.then(
      (channel) => channel.close(),
      () => undefined,
    );
  }

  #open(): Promise<Channel> {
    this.#opening ??= this.#dial().then(
      (channel) => {
        channel.onclose = () => (this.#opening = undefined);
        if (channel.closed) this.#opening = undefined;
        return channel;
      },
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }

  async #dial(): Promise<Channel> {
    for (;;) {
      const { address, secret, tls } = this.#options.find();
      const { signal } = this.#closing;
      try {
        const { channel } = await openChannel(address, {
          ...{ secret, role: 'client', hello: { name: `covey-bridge-${process.pid}` }, reconnect: { graceMs: 0 } },
          ...(tls !== undefined && { tls }),
          signal,
        });
        return channel;
      } catch (error) {
        if (signal.aborted || !(error instanceof ConnectError)) throw error;
        await this.#pause(error);
      }
    }
  }

  async #pause(error: unknown): Promise<void> {
    const { clock } = this.#options;
    if (this.#failures++ === 0) this.#failingSinceMs = clock.now();
    if (clock.now() - this.#failingSinceMs > PATIENCE_MS) throw error;
    await new Promise<void>((resolve) => {
      clock.setTimer(resolve, backoffMs(this.#failures, { firstMs: 50, maxMs: 2000 }));
    });
  }
}
