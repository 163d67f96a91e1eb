/** The entry of the worker's process: configuration over the IPC channel in, `ready` or `failed` out; the channel's closing ends it. */
import { CoveyError, createLineLogger } from '@covey/protocol';
import { optimizeEarly } from '@covey/protocol/internal';
import process from 'node:process';
import { threadEntry } from '../nanny/entry-files.js';
import type { FromWorkerProcess, WorkerProcessConfig } from '../nanny/worker-ipc.js';
import { WorkerProcess } from './worker-process.js';
import { readConfig } from './worker-options.js';

/** Statuses other than 0 mean to the nanny: it died. */
const FAILED_STATUS = 1;

optimizeEarly();

let worker: WorkerProcess | undefined;

function say(message: FromWorkerProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

async function start(message: WorkerProcessConfig): Promise<void> {
  try {
    const config = readConfig(message, message.options, threadEntry());
    const logger = createLineLogger({ level: config.logLevel, fields: { worker: config.name, pid: process.pid } });
    const onend = ({ isClean, reason }: { isClean: boolean; reason: string }): void => {
      if (!isClean) logger.error('the worker ends', { reason });
      process.exit(isClean ? 0 : FAILED_STATUS);
    };
    worker = new WorkerProcess(config, { logger, onend });
    await worker.start();
    await say({ type: 'ready', address: worker.address });
  } catch (error) {
    await say(failureOf(error));
    process.exit(FAILED_STATUS);
  }
}

function failureOf(error: unknown): FromWorkerProcess {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof CoveyError ? error.code : undefined;
  const isPermanent = error instanceof TypeError || (code !== undefined && PERMANENT.has(code));
  return {
    type: 'failed',
    message,
    ...(code === undefined ? {} : { code }),
    ...(isPermanent ? { permanent: true } : {}),
  };
}

/** What starting again would not change. */
const PERMANENT: ReadonlySet<string> = new Set([
  'ERR_COVEY_AUTHENTICATION',
  'ERR_COVEY_CERTIFICATE',
  'ERR_COVEY_SECRET',
  'ERR_COVEY_VERSION_MISMATCH',
  'ERR_COVEY_ADDRESS',
]);

process.on('message', (message: unknown) => {
  if ((message as { type?: unknown } | null)?.type === 'config') void start(message as WorkerProcessConfig);
});
// The nanny is gone, however it ended: nobody would ever stop this process.
process.on('disconnect', () => process.exit(FAILED_STATUS));
process.on('SIGTERM', () => {
  if (worker === undefined) process.exit(0);
  else void worker.close('the worker was terminated');
});
// Ctrl-C reaches the whole process group; it is the nanny who decides.
process.on('SIGINT', () => undefined);
