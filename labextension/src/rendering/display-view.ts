/**
 * What a display says: from what its kernel tells, what the manager knows of its cluster, else what the notebook keeps.
 * Knows neither JupyterLab nor the DOM.
 */
import { displayMarks, formatBytes } from '@covey/protocol/bridge';
import type { ClusterFigures, FutureDisplay, FuturesDisplay } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IClusterEntry } from '../clusters/cluster-store.js';
import { kindLabel } from '../clusters/kind-texts.js';
import { formatCount } from '../sidebar/format.js';
import type { IDisplayed } from './payloads.js';
import { statusOf } from './payloads.js';

/** What is known beside the notebook. */
export interface IKnown {
  /** The display as its kernel tells it. */
  readonly told: IDisplayed | undefined;
  /** Its cluster, when that runs. */
  readonly entry: IClusterEntry | undefined;
  /** What the cluster answered about the task of a future that no kernel tells of. */
  readonly asked: ITaskAnswer | undefined;
}

export interface ITaskAnswer {
  readonly status: FutureDisplay['status'];
  readonly type: string | null;
  readonly nbytes: number | null;
}

export interface IDisplayView {
  readonly title: string;
  readonly name: string;
  /** Also the end of a CSS class. */
  readonly status: string;
  readonly statusText: string;
  /** A sign for the status, so that it is not told by colour alone. */
  readonly mark: string;
  readonly facts: readonly string[];
  /** Of many futures: how many are over, how many of those without a result. */
  readonly progress: { readonly total: number; readonly over: number; readonly failed: number } | undefined;
  /** Tasks of a cluster by state. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  /** It is not known how things are now. */
  readonly isLastKnown: boolean;
}

/** What can still change. */
export function isOpen(displayed: IDisplayed): boolean {
  return ['pending', 'connected', 'running', 'unreachable'].includes(statusOf(displayed));
}

/** The cluster's entry, if it is the one that the display is of: another may have taken the name since. */
export function entryFor({ kind, payload }: IDisplayed, found: IClusterEntry | undefined): IClusterEntry | undefined {
  if (found === undefined || found.summary.status !== 'running') return undefined;
  const isOther = (kind === 'executor' || kind === 'cluster') && payload.address !== found.summary.address;
  return isOther ? undefined : found;
}

export function viewOf(kept: IDisplayed, known: IKnown, trans: TranslationBundle): IDisplayView {
  const displayed = known.told ?? kept;
  // Of many futures a cluster is not asked.
  const isUnheard = known.entry === undefined || kept.kind === 'futures';
  const isLastKnown = known.told === undefined && isUnheard && isOpen(kept);
  const view = { progress: undefined, counts: undefined, isLastKnown };
  switch (displayed.kind) {
    case 'future': {
      const { payload } = displayed;
      const isAsked = known.told === undefined && payload.status === 'pending' && known.asked !== undefined;
      const { status, type, nbytes } = isAsked ? { ...payload, ...known.asked } : payload;
      return {
        ...view,
        ...head(trans.__('Future'), payload.key, status, trans),
        facts: [...present(type), ...(nbytes === null ? [] : [formatBytes(nbytes)]), ...on(payload.cluster, trans)],
      };
    }
    case 'futures': {
      const { name, total, counts, types, nbytes, cluster } = displayed.payload;
      const failed = (counts.error ?? 0) + (counts.lost ?? 0) + (counts.cancelled ?? 0);
      return {
        ...view,
        ...head(trans._n('%2 future', '%2 futures', total, formatCount(total)), name, statusOf(displayed), trans),
        facts: [
          ...countsByStatus(counts, trans),
          ...(types.length === 0 ? [] : [types.join(', ')]),
          ...(nbytes === 0 ? [] : [formatBytes(nbytes)]),
          ...on(cluster, trans),
        ],
        progress: { total, over: total - (counts.pending ?? 0), failed },
      };
    }
    case 'executor':
    case 'cluster': {
      const { cluster, address, figures } = displayed.payload;
      const title = displayed.kind === 'executor' ? trans.__('Executor') : trans.__('Cluster');
      // Without its kernel nothing is connected, but the cluster is there.
      const status = known.told === undefined && known.entry !== undefined ? 'running' : statusOf(displayed);
      const isThere = status === 'running' || status === 'connected';
      const now = (isThere ? liveFigures(known.entry) : undefined) ?? figures;
      const kind =
        displayed.kind === 'cluster' && displayed.payload.kind !== '' ? [kindLabel(displayed.payload.kind, trans)] : [];
      return {
        ...view,
        ...head(title, cluster ?? address, status, trans),
        facts: [...kind, ...(now === null ? [] : figureFacts(now, trans)), ...(cluster === null ? [] : [address])],
        counts:
          now !== null && isThere && Object.values(now.counts).some((count) => count > 0) ? now.counts : undefined,
      };
    }
  }
}

function head(
  title: string,
  name: string,
  status: string,
  trans: TranslationBundle,
): Pick<IDisplayView, 'title' | 'name' | 'status' | 'statusText' | 'mark'> {
  return { title, name, status, statusText: statusText(status, trans), mark: displayMarks[status] ?? '?' };
}

function statusText(status: string, trans: TranslationBundle): string {
  switch (status) {
    case 'pending':
      return trans.__('pending');
    case 'finished':
      return trans.__('finished');
    case 'error':
      return trans.__('failed');
    case 'cancelled':
      return trans.__('cancelled');
    case 'lost':
      return trans.__('lost');
    case 'released':
      return trans.__('released');
    case 'connected':
      return trans.__('connected');
    case 'running':
      return trans.__('running');
    case 'closed':
      return trans.__('closed');
    case 'unreachable':
      return trans.__('does not answer');
    default:
      return status;
  }
}

const order = ['finished', 'pending', 'error', 'cancelled', 'lost', 'released'] as const;

function countsByStatus(counts: FuturesDisplay['counts'], trans: TranslationBundle): string[] {
  return order.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${statusText(status, trans)}`];
  });
}

function liveFigures(entry: IClusterEntry | undefined): ClusterFigures | undefined {
  if (entry?.overview === undefined) return undefined;
  const { workers, threads, memory, counts } = entry.overview;
  return { workers, threads, heldBytes: memory.managed, memoryLimit: memory.limit, counts };
}

function figureFacts({ workers, threads, heldBytes, memoryLimit }: ClusterFigures, trans: TranslationBundle): string[] {
  return [
    trans._n('%1 worker', '%1 workers', workers),
    trans._n('%1 thread', '%1 threads', threads),
    memoryLimit === 0
      ? trans.__('%1 held', formatBytes(heldBytes))
      : trans.__('%1 of %2 held', formatBytes(heldBytes), formatBytes(memoryLimit)),
  ];
}

function on(cluster: string | null, trans: TranslationBundle): string[] {
  return cluster === null ? [] : [trans.__('on %1', cluster)];
}

function present(text: string | null): string[] {
  return text === null ? [] : [text];
}
