/** Running a scheduler from plain settings: what its own process does, and the CLI in the foreground. */
import { createLineLogger, Secret } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import type { SchedulerSettings } from './scheduler-ipc.js';
import { SchedulerServer } from './scheduler-server.js';

/** A scheduler that runs. */
export interface RunningScheduler {
  /** As clients dial them; the first is the main one. */
  readonly addresses: readonly string[];
  /** Resolves with the reason when it has ended. */
  readonly closed: Promise<string>;
  close(reason?: string): Promise<void>;
}

/**
 * Starts a scheduler in this process.
 * @throws what {@link SchedulerServer.start} throws; {@link SecretError} for a secret that is too short
 */
export async function runScheduler(
  settings: SchedulerSettings,
  logger: Logger = createLineLogger({ level: settings.logLevel ?? 'warn' }),
): Promise<RunningScheduler> {
  const { secret, logLevel: _logLevel, ...options } = settings;
  const server = await SchedulerServer.start({ ...options, secret: Secret.fromText(secret, 'the launcher'), logger });
  return { addresses: server.addresses, closed: server.closed, close: (reason) => server.close(reason) };
}
