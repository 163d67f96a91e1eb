/** Hooks of displays: they follow only what is seen, and ask only what may have changed. */
import * as React from 'react';
import type { ICovey } from '../tokens.js';
import type { IClusterEntry } from '../clusters/cluster-store.js';
import type { ITaskAnswer } from './display-view.js';

const ASK_INTERVAL_MS = 1000;

/** Whether something holds, and has held for so long. */
export function useLasting(holds: boolean, ms: number): boolean {
  const [isLasting, setIsLasting] = React.useState(false);
  React.useEffect(() => {
    if (!holds) return undefined;
    const timer = setTimeout(() => setIsLasting(true), ms);
    return () => {
      clearTimeout(timer);
      setIsLasting(false);
    };
  }, [holds, ms]);
  return holds && isLasting;
}

/**
 * What the cluster says of a task, as long as that is wanted: asked at first, and when the cluster's figures have changed.
 * It goes when the task does.
 */
export function useTaskAnswer(
  { manager }: Pick<ICovey, 'manager'>,
  entry: IClusterEntry | undefined,
  key: string | undefined,
): ITaskAnswer | undefined {
  const [answer, setAnswer] = React.useState<ITaskAnswer | undefined>(undefined);
  const lastMs = React.useRef(0);
  const cluster = entry?.summary.name;
  const overview = entry?.overview;
  const change = overview === undefined ? '' : JSON.stringify([overview.counts, overview.completed, overview.erred]);
  const isWanted = cluster !== undefined && key !== undefined && (answer === undefined || answer.status === 'pending');
  React.useEffect(() => {
    if (!isWanted) return undefined;
    let isOver = false;
    const timer = setTimeout(
      () => {
        lastMs.current = Date.now();
        // Away managers come back, and with them other figures.
        manager.client?.call('ask', { cluster, method: 'task', params: { key } }).then(
          (told) => {
            if (!isOver) setAnswer(readTask(told));
          },
          () => undefined,
        );
      },
      Math.max(0, lastMs.current + ASK_INTERVAL_MS - Date.now()),
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isWanted, cluster, key, change, manager]);
  return answer;
}

/** A task that the cluster does not know was let go. */
function readTask(told: unknown): ITaskAnswer {
  if (typeof told !== 'object' || told === null) return { status: 'released', type: null, nbytes: null };
  const { state, type, nbytes } = told as { state?: unknown; type?: unknown; nbytes?: unknown };
  return {
    status: state === 'memory' ? 'finished' : state === 'erred' ? 'error' : 'pending',
    type: typeof type === 'string' && type !== '' ? type : null,
    nbytes: state === 'memory' && typeof nbytes === 'number' ? nbytes : null,
  };
}
