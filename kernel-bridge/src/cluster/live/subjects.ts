/**
 * What can be shown live: recognised by the marks that values of any copy of `covey` bear, asked for its payload as often as
 * its display is refreshed. A display holds nothing alive: a result whose future is only on the screen is let go.
 */
import { types } from 'node:util';
import { DISPLAY_VERSION, displayTypes, statusOfFutures } from '@covey/protocol/bridge';
import type {
  ClusterDisplay,
  ClusterFigures,
  DisplayKind,
  DisplayPayloads,
  ExecutorDisplay,
  FutureDisplay,
  FutureDisplayStatus,
  FuturesDisplay,
} from '@covey/protocol/bridge';
import type { SchedulerInfo } from '@covey/protocol/internal';
import { isExecutor, isFuture, isMarked } from '../covey-package.js';
import type { ExecutorLike, FutureLike } from '../covey-package.js';

/** A payload, and whether it is the last one. */
export interface Snapshot<Kind extends DisplayKind = DisplayKind> {
  readonly kind: Kind;
  readonly payload: DisplayPayloads[Kind];
  readonly isOver: boolean;
}

export interface Subject {
  /** It knows without asking a cluster. */
  readonly isQuick: boolean;
  /** Undefined once what is shown is gone. */
  readonly snapshot: () => Snapshot | Promise<Snapshot> | undefined;
  /** What these representations show of it; undefined when they show something else. */
  readonly shownBy: (data: Readonly<Record<string, unknown>>) => Snapshot | undefined;
}

/** What clusters tell of themselves; kept ones leave the counts out. */
interface ClusterInfo {
  readonly workers: SchedulerInfo['workers'];
  readonly counts?: SchedulerInfo['counts'];
}

/** A cluster object of any class. */
interface ClusterValue {
  readonly name: string;
  readonly kind?: string;
  readonly address: string;
  readonly entry?: { readonly kind: string };
  readonly isRunning?: boolean;
  readonly closed?: Promise<string>;
  schedulerInfo?(options: { readonly signal: AbortSignal }): Promise<ClusterInfo>;
  info?(options: { readonly signal: AbortSignal }): Promise<ClusterInfo>;
}

const KEYS_SHOWN = 20;
const TYPES_SHOWN = 10;
/** A cluster that takes longer is shown without figures. */
const PATIENCE_MS = 2000;

/** Undefined for all values that have no live display. */
export function subjectOf(value: unknown): Subject | undefined {
  // Its traps are for those who use it.
  if (types.isProxy(value)) return undefined;
  if (isFuture(value)) return of('future', value, futurePayload, true);
  if (isListOfFutures(value)) return of('futures', value, futuresPayload, true);
  if (isExecutor(value)) return of('executor', value, executorPayload);
  if (isMarked(value, 'covey.cluster')) return of('cluster', value as ClusterValue, clusterPayload);
  return undefined;
}

/** Holes count: `every` passes over them. */
function isListOfFutures(value: unknown): value is FutureLike[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  for (const item of value) if (!isFuture(item)) return false;
  return true;
}

/** The last that is to be said of what is gone: nobody waits for tasks whose futures were collected. */
export function goneFrom({ kind, payload }: Snapshot): Snapshot {
  switch (kind) {
    case 'future': {
      const last = payload as FutureDisplay;
      return { kind, payload: { ...last, status: 'released' }, isOver: true };
    }
    case 'futures': {
      const last = payload as FuturesDisplay;
      const { pending = 0, released = 0, ...others } = last.counts;
      return { kind, payload: { ...last, counts: { ...others, released: released + pending } }, isOver: true };
    }
    default:
      return { kind, payload, isOver: true };
  }
}

function of<Kind extends DisplayKind, T extends object>(
  kind: Kind,
  value: T,
  payloadOf: (value: T) => DisplayPayloads[Kind] | Promise<DisplayPayloads[Kind]>,
  isQuick = false,
): Subject {
  const reference = new WeakRef(value);
  const snapshot = (payload: DisplayPayloads[Kind]): Snapshot =>
    ({ kind, payload, isOver: ends[kind](payload) }) satisfies Snapshot<Kind>;
  return {
    isQuick,
    snapshot: () => {
      const alive = reference.deref();
      if (alive === undefined) return undefined;
      const payload = payloadOf(alive);
      return payload instanceof Promise ? payload.then(snapshot) : snapshot(payload);
    },
    shownBy: (data) => {
      const payload = data[displayTypes[kind]];
      return payload === undefined ? undefined : snapshot(payload as DisplayPayloads[Kind]);
    },
  };
}

/** Whether a payload is the last one. */
const ends: { readonly [Kind in DisplayKind]: (payload: DisplayPayloads[Kind]) => boolean } = {
  future: ({ status }) => status !== 'pending',
  futures: ({ counts }) => statusOfFutures(counts) !== 'pending',
  executor: ({ status }) => status === 'closed',
  cluster: ({ status }) => status === 'closed',
};

function futurePayload(future: FutureLike): FutureDisplay {
  return {
    version: DISPLAY_VERSION,
    cluster: future.clusterName ?? null,
    key: future.key,
    status: future.status as FutureDisplayStatus,
    type: future.type ?? null,
    nbytes: future.nbytes ?? null,
  };
}

function futuresPayload(futures: readonly FutureLike[]): FuturesDisplay {
  const counts: Partial<Record<FutureDisplayStatus, number>> = {};
  const types = new Set<string>();
  let nbytes = 0;
  for (const future of futures) {
    const status = future.status as FutureDisplayStatus;
    counts[status] = (counts[status] ?? 0) + 1;
    nbytes += future.nbytes ?? 0;
    if (types.size < TYPES_SHOWN && future.type !== undefined) types.add(future.type);
  }
  return {
    version: DISPLAY_VERSION,
    cluster: futures[0]?.clusterName ?? null,
    name: commonName(futures),
    total: futures.length,
    counts,
    keys: futures.slice(0, KEYS_SHOWN).map(({ key }) => key),
    types: [...types],
    nbytes,
  };
}

/** What the first keys begin with, up to the dash before what tells them apart. */
function commonName(futures: readonly FutureLike[]): string {
  const names = new Set(futures.slice(0, KEYS_SHOWN).map(({ key }) => /^(.+?)-[^-]*(?:-\d+)?$/.exec(key)?.[1] ?? key));
  const [name = ''] = names;
  return names.size === 1 ? name : '';
}

async function executorPayload(executor: ExecutorLike): Promise<ExecutorDisplay> {
  const info = executor.closed ? undefined : await within((signal) => executor.with({ signal }).schedulerInfo());
  return {
    version: DISPLAY_VERSION,
    cluster: executor.clusterName ?? null,
    address: executor.address,
    status: executor.closed ? 'closed' : info === undefined ? 'unreachable' : 'connected',
    figures: info === undefined ? null : figuresOf(info.workers, info.counts),
  };
}

async function clusterPayload(cluster: ClusterValue): Promise<ClusterDisplay> {
  const isClosed = cluster.isRunning === false || (await isSettled(cluster.closed));
  const info = isClosed
    ? undefined
    : await within(
        async (signal): Promise<ClusterInfo | undefined> =>
          cluster.schedulerInfo?.({ signal }) ?? cluster.info?.({ signal }),
      );
  return {
    version: DISPLAY_VERSION,
    cluster: cluster.name,
    kind: cluster.kind ?? cluster.entry?.kind ?? '',
    address: cluster.address,
    status: isClosed ? 'closed' : info === undefined ? 'unreachable' : 'running',
    figures: info === undefined ? null : figuresOf(info.workers, info.counts ?? {}),
  };
}

/** What is asked of a cluster that may have gone; undefined when it doesn't say. */
async function within<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  try {
    return await ask(AbortSignal.timeout(PATIENCE_MS));
  } catch {
    // Why is of no interest to who only looks: the display says that it can't be reached.
    return undefined;
  }
}

async function isSettled(promise: Promise<unknown> | undefined): Promise<boolean> {
  if (promise === undefined) return false;
  const unsettled = Symbol('unsettled');
  return (await Promise.race([promise, Promise.resolve(unsettled)])) !== unsettled;
}

function figuresOf(workers: SchedulerInfo['workers'], counts: Readonly<Record<string, number>>): ClusterFigures {
  const sum = (of: (worker: SchedulerInfo['workers'][number]) => number): number =>
    workers.reduce((total, worker) => total + of(worker), 0);
  return {
    workers: workers.length,
    threads: sum(({ nthreads }) => nthreads),
    heldBytes: sum(({ heldBytes }) => heldBytes),
    memoryLimit: sum(({ memoryLimit }) => memoryLimit),
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
}
