/** A nanny's own way to the scheduler: it reports deaths and takes orders. Only this file of the nanny knows channels. */
import { Secret } from '@covey/protocol';
import type { ConnectTls } from '@covey/protocol';
import { openChannel } from '@covey/protocol/internal';
import type { NannyCalls, NannyHello, OpenChannelOptions, WorkerDeath } from '@covey/protocol/internal';

/** What the scheduler may ask. */
export type NannyCallHandlers = {
  readonly [Method in keyof NannyCalls]: (params: NannyCalls[Method]['params']) => Promise<void>;
};

export interface SchedulerLinkOptions {
  readonly scheduler: string;
  /** The secret as text. */
  readonly secret: string;
  readonly tls?: ConnectTls;
  readonly hello: NannyHello;
  readonly calls: NannyCallHandlers;
  /** The scheduler is gone for good. */
  onLost(message: string): void;
  /** Gives up dialling. */
  readonly signal?: AbortSignal;
  /** How long to dial while nobody answers at first. Default 60,000. */
  readonly waitMs?: number;
  /** How long to dial again after the connection dropped. Default 60,000. */
  readonly graceMs?: number;
}

export interface SchedulerLink {
  workerDied(death: WorkerDeath): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects and introduces the nanny.
 * @throws what `openChannel` throws: the scheduler can't be reached, or refuses the secret or the version.
 */
export async function linkToScheduler(options: SchedulerLinkOptions): Promise<SchedulerLink> {
  const { scheduler, secret, tls, hello, calls, waitMs = 60_000, graceMs = 60_000 } = options;
  let closed = false;
  const open = async () => (await openChannel(scheduler, settings)).channel;
  const settings: OpenChannelOptions = {
    secret: Secret.fromText(secret, 'the launcher'),
    role: 'nanny',
    ...(tls !== undefined && { tls }),
    hello: { ...hello },
    waitMs,
    ...(options.signal !== undefined && { signal: options.signal }),
    // All processes of a cluster start at once: the first pauses are short.
    reconnect: { graceMs, firstMs: 5, maxMs: 1000 },
    configure(configured) {
      configured.handle = async (method, params) => {
        if (method !== 'restart' && method !== 'close') throw new TypeError(`a nanny knows no call '${method}'`);
        await (calls[method] as (given: unknown) => Promise<void>)(params);
        return null;
      };
      configured.onclose = ({ code, message }) => {
        if (code !== 'session-lost') options.onLost(message);
        else void again();
      };
    },
  };
  /** The scheduler was started anew: so are the workers' sessions, and this one. */
  const again = async (): Promise<void> => {
    try {
      const opened = await open();
      if (closed) await opened.close();
      else channel = opened;
    } catch (error) {
      if (!closed) options.onLost(error instanceof Error ? error.message : String(error));
    }
  };
  let channel = await open();
  return {
    async workerDied(death) {
      await channel.call('worker-died', death);
    },
    async close() {
      closed = true;
      channel.onclose = undefined;
      await channel.close();
    },
  };
}
