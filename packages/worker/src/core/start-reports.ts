/**
 * Which attempts are reported to have started. Tasks of proven functions are mostly over before the scheduler could hear that they
 * have started: only those are reported that still run after a time. A frame less a batch, on the way where everybody waits.
 */
import type { CoreState } from './core-state.js';
import type { WorkerTask } from './task.js';

const REPORT_MS = 5;

/** Has an attempt reported if it lasts. */
export function reportLater(s: CoreState, task: WorkerTask, now: number): void {
  s.unreported.push({ task, sinceMs: now });
  if (s.isReportDue) return;
  s.isReportDue = true;
  s.due(now + REPORT_MS, { kind: 'report' });
}

/** Tells of those that were handed over some time ago and are not over. */
export function report(s: CoreState, now: number): void {
  s.isReportDue = false;
  const isGoing = ({ task }: { readonly task: WorkerTask }) => task.state === 'executing' || task.state === 'suspended';
  const going = s.unreported.filter(isGoing);
  const lasting = going.filter(({ sinceMs }) => sinceMs <= now - REPORT_MS);
  s.unreported = going.slice(lasting.length);
  if (lasting.length > 0) s.output.started(lasting.map(({ task }) => task.compute.attempt));
  const [oldest] = s.unreported;
  if (oldest === undefined) return;
  s.isReportDue = true;
  s.due(oldest.sinceMs + REPORT_MS, { kind: 'report' });
}
