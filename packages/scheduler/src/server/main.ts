/**
 * The scheduler's process: settings in and readiness out over IPC. It never outlives its launcher, and says goodbye to its peers when it ends.
 *
 * Exit status: 0 when it was asked to end or ended as told beforehand, 1 when it could not start, 2 when it was started by hand.
 */
import { CoveyError } from '@covey/protocol';
import { optimizeEarly } from '@covey/protocol/internal';
import { runScheduler } from './run-scheduler.js';
import type { RunningScheduler } from './run-scheduler.js';
import type { FromScheduler, ToScheduler } from './scheduler-ipc.js';

/** A goodbye that takes longer is not waited for. */
const CLOSE_TIMEOUT_MS = 2_000;

optimizeEarly();

let starting: Promise<RunningScheduler> | undefined;
let isEnding = false;

function tell(message: FromScheduler): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send !== undefined) process.send(message, () => resolve());
    else resolve();
  });
}

async function start(message: Extract<ToScheduler, { type: 'start' }>): Promise<void> {
  const { type: _type, ...settings } = message;
  starting = runScheduler(settings);
  try {
    const scheduler = await starting;
    if (isEnding) return;
    void scheduler.closed.then((reason) => endWith(reason));
    await tell({ type: 'ready', addresses: scheduler.addresses });
  } catch (error) {
    const code = error instanceof CoveyError ? { code: error.code } : {};
    await tell({ type: 'failed', message: error instanceof Error ? error.message : String(error), ...code });
    process.exit(1);
  }
}

/** The scheduler has ended by itself. */
async function endWith(reason: string): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await tell({ type: 'closing', reason });
  process.exit(0);
}

/** Somebody outside wants it to end. */
async function end(reason: string): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS);
  try {
    await (await starting)?.close(reason);
  } finally {
    process.exit(0);
  }
}

if (process.send === undefined) {
  console.error("This is started by Covey itself; run 'covey scheduler' instead.");
  process.exit(2);
}
process.on('message', (message: ToScheduler) => {
  if (message.type === 'start') void start(message);
  else void end(message.reason ?? 'its launcher closed it');
});
process.on('disconnect', () => void end('its launcher is gone'));
process.on('SIGTERM', () => void end('it was asked to end (SIGTERM)'));
// Ctrl-C reaches the whole group; the launcher decides what it means.
process.on('SIGINT', () => undefined);
