/** Rare questions to a scheduler, each over a connection of its own: nothing is left open that would keep a program going. */
import type { ConnectTls, Secret } from '@covey/protocol';
import { openChannel } from '@covey/protocol/internal';
import type { SchedulerCalls } from '@covey/protocol/internal';

/** Where the scheduler is. */
export interface SchedulerAccess {
  readonly address: string;
  readonly secret: Secret;
  readonly tls?: ConnectTls;
}

/**
 * Asks the scheduler.
 * @throws what connecting throws; the scheduler's error; the signal's reason.
 */
export async function askScheduler<Method extends keyof SchedulerCalls>(
  { address, secret, tls }: SchedulerAccess,
  method: Method,
  params: SchedulerCalls[Method]['params'],
  options: { readonly signal?: AbortSignal } = {},
): Promise<SchedulerCalls[Method]['result']> {
  const { channel } = await openChannel(address, {
    secret,
    role: 'client',
    hello: { name: `covey-${process.pid}` },
    reconnect: { graceMs: 0 },
    ...(tls !== undefined && { tls }),
    ...options,
  });
  try {
    return await channel.call(method, params, options);
  } finally {
    await channel.close('the question is answered');
  }
}
