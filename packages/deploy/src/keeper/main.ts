/**
 * Entry of the keeper process: `node keeper.cjs`, spawned detached with an IPC channel over which the request comes, and a
 * log file as its output. When the cluster runs, launcher and keeper part.
 */
import process from 'node:process';
import { CoveyError, createLineLogger } from '@covey/protocol';
import { Configuration } from '../config/configuration.js';
import { Keeper } from './keeper.js';
import type { FromKeeper, KeepRequest } from './keeper-messages.js';

const aborting = new AbortController();
let keeper: Promise<Keeper> | undefined;

/** To a launcher that is gone, nothing is sent. */
function tell(message: FromKeeper): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}

async function keep(request: KeepRequest): Promise<void> {
  try {
    const logger = createLineLogger({ level: Configuration.read().get('log-level') });
    keeper = Keeper.start(request, logger, aborting.signal);
    const started = await keeper;
    await tell({ type: 'ready', entry: started.entry });
    logger.info(`keeps the cluster '${request.name}'`, { address: started.entry.address });
    const reason = await started.closed;
    logger.info(`the cluster '${request.name}' is over: ${reason}`);
    await started.close();
    process.exit(0);
  } catch (error) {
    const { message, stack } = error as Error;
    process.stderr.write(`${stack ?? message}\n`);
    await tell({ type: 'failed', message, ...(error instanceof CoveyError && { code: error.code }) });
    process.exit(1);
  }
}

function stop(): void {
  if (keeper === undefined) process.exit(0);
  aborting.abort(new Error('the keeper was asked to end'));
  // When the start failed instead, `keep` says so and ends.
  keeper.then((started) => started.close()).catch(() => undefined);
}

if (process.send === undefined) {
  process.stderr.write('covey keeper: this is started by other programs; use `covey clusters start` instead\n');
  process.exit(2);
}
let parted = false;
process.on('message', (message: KeepRequest | { type: 'part' }) => {
  if (message.type === 'part') {
    parted = true;
    process.disconnect();
  } else if (keeper === undefined) void keep(message);
});
process.on('disconnect', () => {
  // The launcher died before it learned that the cluster runs: nobody would know of it.
  if (!parted) stop();
});
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// The terminal from which it was started may go.
process.on('SIGHUP', () => undefined);
