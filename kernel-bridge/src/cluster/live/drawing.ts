/**
 * Payloads as HTML and as text, for front ends without the extension and for saved notebooks. The HTML has no script and no style
 * sheet, and takes the colours of what is around it, so that it reads in light and dark.
 */
import { displayMarks, displayTypes, formatBytes, statusOfFutures } from '@covey/protocol/bridge';
import type { ClusterFigures, DisplayPayloads, FutureDisplayStatus } from '@covey/protocol/bridge';
import { escaped } from '../../display/show-table.js';
import type { Snapshot } from './subjects.js';

/** A drawing before it is HTML or text: a title, a word on the state, facts, and how far it is. */
interface Sketch {
  readonly title: string;
  readonly name: string;
  readonly state: string;
  readonly facts: readonly string[];
  /** Parts of the whole, from 0 to 1. */
  readonly done?: number;
}

/** Representations by MIME type. */
export function drawn({ kind, payload }: Snapshot): Record<string, unknown> {
  const sketch = sketches[kind](payload as never);
  return { [displayTypes[kind]]: payload, 'text/html': htmlOf(sketch), 'text/plain': textOf(sketch) };
}

/** What the payload says of the state: the document is written when it changes. */
export function statusOf({ kind, payload }: Snapshot): string {
  return sketches[kind](payload as never).state;
}

/** The same representations, with the name of their display in the payload. Others are as they were. */
export function named(data: Readonly<Record<string, unknown>>, display: string): Record<string, unknown> {
  const known = Object.values(displayTypes).filter((type) => data[type] !== undefined);
  return { ...data, ...Object.fromEntries(known.map((type) => [type, { ...(data[type] as object), display }])) };
}

const sketches: { readonly [Kind in keyof DisplayPayloads]: (payload: DisplayPayloads[Kind]) => Sketch } = {
  future: ({ cluster, key, status, type, nbytes }) => ({
    title: 'Future',
    name: key,
    state: status,
    facts: [...present(type), ...(nbytes === null ? [] : [formatBytes(nbytes)]), ...on(cluster)],
  }),
  futures: ({ cluster, name, total, counts, types, nbytes }) => ({
    title: total === 1 ? '1 Future' : `${total.toLocaleString('en')} Futures`,
    name,
    state: statusOfFutures(counts),
    facts: [
      ...statuses.flatMap((status) =>
        counts[status] === undefined ? [] : [`${counts[status].toLocaleString('en')} ${status}`],
      ),
      ...(types.length === 0 ? [] : [types.join(', ')]),
      ...(nbytes === 0 ? [] : [formatBytes(nbytes)]),
      ...on(cluster),
    ],
    done: (total - (counts.pending ?? 0)) / total,
  }),
  executor: ({ cluster, address, status, figures }) => ({
    title: 'Executor',
    name: cluster ?? address,
    state: status,
    facts: [...figureFacts(figures), address],
  }),
  cluster: ({ cluster, kind, address, status, figures }) => ({
    title: 'Cluster',
    name: cluster,
    state: status,
    facts: [...present(kind === '' ? null : kind), ...figureFacts(figures), address],
  }),
};

const statuses: readonly FutureDisplayStatus[] = ['finished', 'pending', 'error', 'cancelled', 'lost', 'released'];

function present(text: string | null): string[] {
  return text === null ? [] : [text];
}

function on(cluster: string | null): string[] {
  return cluster === null ? [] : [`on ${cluster}`];
}

function figureFacts(figures: ClusterFigures | null): string[] {
  if (figures === null) return [];
  const { workers, threads, heldBytes, memoryLimit, counts } = figures;
  const memory =
    memoryLimit === 0
      ? `${formatBytes(heldBytes)} held`
      : `${formatBytes(heldBytes)} of ${formatBytes(memoryLimit)} held`;
  const tasks = Object.entries(counts).map(([state, count]) => `${count.toLocaleString('en')} ${state}`);
  return [
    `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    memory,
    ...(tasks.length === 0 ? ['no tasks'] : [`tasks: ${tasks.join(', ')}`]),
  ];
}

function textOf({ title, name, state, facts, done }: Sketch): string {
  const share = done === undefined ? '' : ` ${Math.floor(done * 100)} %`;
  return [`${displayMarks[state] ?? ''} ${title}${name === '' ? '' : ` ${name}`}: ${state}${share}`, ...facts].join(
    ' · ',
  );
}

const BOX = 'display: inline-block; border: 1px solid; border-radius: 4px; padding: 4px 10px; line-height: 1.5';

function htmlOf({ title, name, state, facts, done }: Sketch): string {
  const bar =
    done === undefined
      ? ''
      : `<div style="border: 1px solid; height: 6px; border-radius: 3px; margin: 3px 0">` +
        `<div style="border-top: 6px solid; width: ${(done * 100).toFixed(1)}%"></div></div>`;
  const head = `${displayMarks[state] ?? ''} <b>${escaped(title)}</b>${name === '' ? '' : ` <code>${escaped(name)}</code>`} ${escaped(state)}`;
  return `<div style="${BOX}"><div>${head}</div>${bar}<div style="opacity: 0.75">${facts.map(escaped).join(' · ')}</div></div>`;
}
