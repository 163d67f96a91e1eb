/**
 * What is acquired, and how long it is held: until it is released, and by code of a task no longer than the task itself, so that
 * one that throws, forgets or is cancelled keeps nobody else waiting.
 */
import { UsageError } from '../errors.js';
import type { WaitOptions } from '../future.js';
import type { Session } from '../session/session.js';

/** Something that is held until it is released. `await using held = await lock.acquire()` releases it at the end of the block. */
export interface Held extends AsyncDisposable {
  /** Lets go. Safe to call again. */
  release(): Promise<void>;
}

/**
 * Waits until `ask` was granted. When the wait is given up, whatever may have been granted meanwhile is given back.
 *
 * @param what - for people: "the lock 'log-file'"
 */
export async function acquire(
  { settings: { atEnd, logger } }: Session,
  what: string,
  options: WaitOptions,
  ask: (limits: WaitOptions) => Promise<unknown>,
  release: () => Promise<unknown>,
): Promise<Held> {
  let releasing: Promise<void> | undefined;
  const releaseOnce = () => (releasing ??= release().then(() => undefined));
  if (atEnd === undefined) {
    await grant(ask, options, releaseOnce);
    return { release: releaseOnce, [Symbol.asyncDispose]: releaseOnce };
  }
  let isHeld = false;
  const ended = new AbortController();
  const stay = atEnd(() => {
    ended.abort(new UsageError(`The task that asked for ${what} has ended`));
    if (!isHeld || releasing !== undefined) return undefined;
    // The session may be over, and with it all that it held.
    releaseOnce().catch((error: unknown) => logger.debug('giving back at the end of a task failed', { what, error }));
    return `${what} was still held when the task ended: it was released`;
  });
  const { signal } = options;
  const limits = { ...options, signal: signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]) };
  try {
    await grant(ask, limits, releaseOnce);
  } catch (error) {
    stay();
    throw error;
  }
  isHeld = true;
  const letGo = () => {
    stay();
    return releaseOnce();
  };
  return { release: letGo, [Symbol.asyncDispose]: letGo };
}

async function grant(
  ask: (limits: WaitOptions) => Promise<unknown>,
  limits: WaitOptions,
  release: () => Promise<void>,
): Promise<void> {
  try {
    await ask(limits);
    limits.signal?.throwIfAborted();
  } catch (error) {
    if (limits.signal?.aborted === true) await release();
    throw error;
  }
}
