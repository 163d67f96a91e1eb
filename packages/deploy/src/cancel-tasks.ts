/** Stops tasks that other programs submitted, by their keys. */
import type { ClientTaskId } from '@covey/protocol/internal';
import { clientMessages, openChannel } from '@covey/protocol/internal';
import type { SchedulerAccess } from './ask-scheduler.js';

/**
 * Cancels tasks and what depends on them, also for those who hold them.
 * @returns the keys that there were.
 */
export async function cancelTasks(
  { address, secret, tls }: SchedulerAccess,
  keys: readonly string[],
  reason: string,
): Promise<readonly string[]> {
  const { channel } = await openChannel(address, {
    ...{ secret, role: 'client', hello: { name: `covey-${process.pid}` }, reconnect: { graceMs: 0 } },
    ...(tls !== undefined && { tls }),
  });
  try {
    const firstId = 1;
    const exist = (await channel.call('adopt', { keys, firstId })) as readonly boolean[];
    const ids = keys.flatMap((_, index) => (exist[index] === true ? [(firstId + index) as ClientTaskId] : []));
    if (ids.length > 0) {
      clientMessages.cancel(channel.write(), ids, 'everybody', reason);
      // Behind the message: when this is answered, it was taken.
      await channel.call('adopt', { keys: [], firstId: firstId + keys.length });
    }
    return keys.filter((_, index) => exist[index] === true);
  } finally {
    await channel.close('the tasks are cancelled');
  }
}
