/**
 * Entry of a compute thread. Loaded for each of them and after each that was ended, so it takes along only what runs tasks: no
 * sockets, no store, no executor.
 */
import workerThreads from 'node:worker_threads';
import { registerSerializer } from '@covey/functions';
import { serializerNamed } from '@covey/functions/internal';
import { taskContextSymbol } from '../task-context/task-context.js';
import { captureOutput } from './capture-output.js';
import { ComputeThread } from './compute-thread.js';
import { catchEscapedErrors } from './escaped-errors.js';
import { interceptExit } from './intercept-exit.js';
import type { ThreadStart } from './messages.js';
import { reportError } from './error-report.js';
import { trackTimers } from './track-timers.js';
import { UserModules } from './user-modules.js';

/** What stands for an executor in a function that captured one. */
class CapturedExecutor {}

const start = workerThreads.workerData as ThreadStart;
const modules = new UserModules(start);
const thread = new ComputeThread({
  start,
  decodeOptions: modules.decodeOptions,
  onUpload: (name, path, hash) => modules.upload(name, path, hash),
  onBroken: (error) => {
    warn(error, 'the compute thread itself');
    thread.flush();
    exitThread(70);
  },
});

// The port is this module's and nobody else's.
Object.assign(workerThreads, { workerData: null });
const exitThread = interceptExit();
trackTimers();
captureOutput((activity, stream, text) => thread.print(activity, stream, text));
catchEscapedErrors((error, activity) => warn(error, activity?.key ?? 'code that belongs to no task'));
registerSerializer({
  name: 'covey.executor',
  class: CapturedExecutor,
  encode: () => null,
  decode: (what: unknown) => {
    const executor = thread.inTask.executor() as CapturedExecutor;
    // A lock or queue is made by the executor's own serializer, which is in place of this one now.
    return what === null ? executor : (serializerNamed('covey.executor')?.decode(what) as CapturedExecutor);
  },
});
Object.defineProperty(globalThis, taskContextSymbol, { value: thread.inTask, configurable: true });
thread.listen();

/** Nobody waits for this any more, but somebody should know. */
function warn(error: unknown, key: string): void {
  const { name, message, stack } = reportError(error, { key, worker: start.workerName });
  thread.event('warning', { timeMs: Date.now(), key, worker: start.workerName, name, message, stack });
}
