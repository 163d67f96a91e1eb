/** Runs summed up by function. */
import { RunOutcome } from '@covey/protocol/bridge';
import type { RunRing } from '../../store/run-ring.js';

export interface NameTotal {
  readonly name: string;
  runs: number;
  totalMs: number;
  longestMs: number;
  erred: number;
  stopped: number;
}

/** Of those that touch a stretch of time. */
export function totalsByName(runs: RunRing, fromMs = -Infinity, toMs = Infinity): NameTotal[] {
  const totals: (NameTotal | undefined)[] = [];
  for (let n = runs.oldest; n < runs.written; n++) {
    const at = n % runs.capacity;
    const start = runs.start[at]!;
    const duration = runs.duration[at]!;
    if (start > toMs || start + duration < fromMs) continue;
    const id = runs.name[at]!;
    const total = (totals[id] ??= {
      name: runs.names[id] ?? '…',
      runs: 0,
      totalMs: 0,
      longestMs: 0,
      erred: 0,
      stopped: 0,
    });
    const count = runs.count[at]!;
    total.runs += count;
    total.totalMs += duration;
    // Of runs that came as one, each is tiny.
    if (duration / count > total.longestMs) total.longestMs = duration / count;
    if (runs.outcome[at] === RunOutcome.erred) total.erred++;
    else if (runs.outcome[at] === RunOutcome.stopped) total.stopped++;
  }
  return totals.filter((total) => total !== undefined);
}
