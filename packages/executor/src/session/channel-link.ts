/** The connection to a real scheduler: a channel, and connections to workers beside it. */
import { ConnectionClosedError } from '@covey/protocol';
import type { Logger, Secret } from '@covey/protocol';
import { openChannel } from '@covey/protocol/internal';
import type {
  CallOptions,
  Channel,
  ClientHello,
  ClientWelcome,
  ConnectOptions,
  SchedulerCalls,
} from '@covey/protocol/internal';
import { atExit } from './goodbye.js';
import type { SchedulerLink } from './link.js';
import { WorkerConnections } from './worker-links.js';

/** How to reach a scheduler. */
export interface SchedulerDial {
  readonly address: string;
  readonly secret: Secret;
  readonly tls?: ConnectOptions['tls'];
  readonly network?: ConnectOptions['network'];
  readonly hello: ClientHello;
  readonly logger: Logger;
  /** Time for one attempt to connect, milliseconds. */
  readonly timeoutMs: number;
  /** How long to go on dialling while nobody answers at first, milliseconds. */
  readonly waitMs: number;
  /** How long to dial again after the connection drops, milliseconds. */
  readonly reconnectMs: number;
  /** The channel's own bound on unacknowledged bytes: its session ends there. */
  readonly maxUnacknowledgedBytes: number;
}

/** Connects to a scheduler. @throws ConnectError, AuthenticationError, VersionMismatchError, AddressError */
export async function openLink(dial: SchedulerDial, signal: AbortSignal | undefined): Promise<SchedulerLink> {
  const { address, secret, tls, network, hello, logger, timeoutMs, waitMs, reconnectMs } = dial;
  const connect = {
    secret,
    timeoutMs,
    ...(tls !== undefined && { tls }),
    ...(network !== undefined && { network }),
  };
  const { channel, welcome } = await openChannel(address, {
    ...connect,
    role: 'client',
    hello: { ...hello },
    waitMs,
    reconnect: { graceMs: reconnectMs },
    maxUnacknowledgedBytes: dial.maxUnacknowledgedBytes,
    logger,
    ...(signal !== undefined && { signal }),
  });
  const workers = new WorkerConnections(connect, { ...hello });
  return new ChannelLink(channel, address, welcome as unknown as ClientWelcome, workers, logger);
}

class ChannelLink implements SchedulerLink {
  readonly welcome: ClientWelcome;
  readonly address: string;
  readonly workers: WorkerConnections;
  onend: ((reason: Error) => void) | undefined;
  readonly #channel: Channel;
  #onbatch: SchedulerLink['onbatch'];

  constructor(channel: Channel, address: string, welcome: ClientWelcome, workers: WorkerConnections, logger: Logger) {
    this.#channel = channel;
    this.address = address;
    this.welcome = welcome;
    this.workers = workers;
    channel.ondisconnect = () => logger.warn('the connection to the scheduler dropped; dialling again', { address });
    channel.onreconnect = () => logger.info('connected to the scheduler again', { address });
    const forgetExit = atExit(() => void channel.close('the client’s program ended'));
    channel.onclose = (reason) => {
      forgetExit();
      const message = `${reason.code}: ${reason.message}`;
      this.onend?.(reason.error ?? new ConnectionClosedError(message, { data: { reason: reason.code } }));
    };
  }

  get onbatch(): SchedulerLink['onbatch'] {
    return this.#onbatch;
  }

  set onbatch(listener: SchedulerLink['onbatch']) {
    this.#onbatch = listener;
    this.#channel.onbatch = listener;
  }

  batch(): unknown[] {
    return this.#channel.write();
  }

  weigh(bytes: number): void {
    this.#channel.weigh(bytes);
  }

  flush(): void {
    this.#channel.flush();
  }

  get unacknowledgedBytes(): number {
    return this.#channel.unacknowledgedBytes;
  }

  drained(belowBytes: number): Promise<void> {
    return this.#channel.drained(belowBytes);
  }

  call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options?: CallOptions,
  ): Promise<SchedulerCalls[Method]['result']> {
    return this.#channel.call(method, params, options);
  }

  async close(): Promise<void> {
    this.onend = undefined;
    await this.#channel.close('the client closed');
  }
}
