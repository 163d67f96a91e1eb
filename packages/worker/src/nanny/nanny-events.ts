/** What a nanny tells whoever runs it: a cluster object in the same process, or a launcher over IPC. */
import type { WorkerDeath } from '@covey/protocol/internal';

export type NannyEvent =
  /** Registered with the scheduler. */
  | { readonly type: 'worker-ready'; readonly name: string; readonly pid: number; readonly address: string }
  /** Ended without being asked to; `restartInMs` is null when it will not be started again, and then `reason` says why. */
  | {
      readonly type: 'worker-died';
      readonly death: WorkerDeath;
      readonly restartInMs: number | null;
      readonly reason: string;
    }
  /** Ended because someone asked: it was removed, or the scheduler closed or retired it. */
  | { readonly type: 'worker-closed'; readonly name: string }
  /** No worker is left, and none will be started again by itself. */
  | { readonly type: 'no-workers' };

/** Why a worker's process ended, for people. */
export function explainDeath(death: WorkerDeath, failure: string | undefined): string {
  const how =
    death.signal === null ? `exited with status ${death.exitCode ?? 'unknown'}` : `was ended by ${death.signal}`;
  const memory = death.overMemory
    ? `: its memory reached 95 % of its limit of ${Math.round(death.memoryLimit / 1e6)} MB`
    : '';
  const said = failure === undefined ? '' : `: ${failure}`;
  const words = failure === undefined && death.stderr !== '' ? `; the last it wrote:\n${death.stderr}` : '';
  return `worker ${death.worker} (process ${death.pid}) ${how}${memory}${said}${words}`;
}
