/**
 * Keeps the code of tasks from ending what belongs to all: `process.exit`, `process.abort` and `process.kill` on the own process
 * throw instead, and the task errs even if its code catches that.
 */
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { TaskExitError } from '@covey/protocol';
import { activities } from './activity.js';

/**
 * Call it before any user code is loaded: code keeps its own reference to what it imports. Answers how to end the thread
 * all the same.
 */
export function interceptExit(): (code: number) => void {
  const refuse = (what: string, data: unknown): never => {
    const error = new TaskExitError(`the task called ${what}`, { data });
    // At once, since the code may catch what is thrown; where nothing catches it, it comes once more as an error that escaped.
    activities.getStore()?.escape(error);
    throw error;
  };
  const { exit, reallyExit, abort } = process as unknown as Record<
    'exit' | 'reallyExit' | 'abort',
    (code?: number) => void
  >;
  const kill = process.kill.bind(process);
  Object.assign(process, {
    exit: (code?: number | string | null) => refuse(`process.exit(${code ?? ''})`, { exitCode: code ?? 0 }),
    reallyExit: (code?: number) => refuse(`process.reallyExit(${code ?? ''})`, { exitCode: code ?? 0 }),
    abort: () => refuse('process.abort()', { signal: 'SIGABRT' }),
    kill: (pid: number, signal?: string | number) => {
      // 0 only asks whether the process is there; the process group (0, or our negative number) includes ourselves.
      if (signal !== 0 && (pid === process.pid || pid === 0 || pid === -process.pid)) {
        return refuse(`process.kill on its own process`, { signal: signal ?? 'SIGTERM' });
      }
      return kill(pid, signal);
    },
  });
  syncBuiltinESMExports();
  return (code) => {
    Object.assign(process, { exit, reallyExit, abort, kill });
    process.exit(code);
  };
}
