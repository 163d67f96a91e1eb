/** The states of tasks as the sidebar sums them up, in the order of a task's life. */
import type { TranslationBundle } from '@jupyterlab/translation';

export interface ITaskGroup {
  /** Also the end of its CSS class. */
  readonly id: 'waiting' | 'running' | 'memory' | 'erred';
  readonly label: string;
  readonly count: number;
}

export function taskGroups(counts: Readonly<Record<string, number>>, trans: TranslationBundle): ITaskGroup[] {
  const sum = (...states: string[]): number => states.reduce((total, state) => total + (counts[state] ?? 0), 0);
  return [
    { id: 'memory', label: trans.__('in memory'), count: sum('memory') },
    { id: 'running', label: trans.__('processing'), count: sum('processing') },
    { id: 'waiting', label: trans.__('waiting'), count: sum('waiting', 'queued', 'no-worker') },
    { id: 'erred', label: trans.__('erred'), count: sum('erred') },
  ];
}
