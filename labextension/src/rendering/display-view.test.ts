import type { ClusterDisplay, FutureDisplay, FuturesDisplay, Overview, ToldDisplay } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IClusterEntry } from '../clusters/cluster-store.js';
import { entryFor, viewOf } from './display-view.js';
import type { IKnown } from './display-view.js';
import type { IDisplayed } from './payloads.js';
import { readDisplay } from './payloads.js';
import { ToldDisplays } from './told-displays.js';

const filled = (text: string, args: readonly unknown[]): string =>
  args.reduce<string>((filledSoFar, arg, index) => filledSoFar.replace(`%${index + 1}`, String(arg)), text);
const trans = {
  __: (text: string, ...args: unknown[]) => filled(text, args),
  _n: (one: string, many: string, n: number, ...args: unknown[]) => filled(n === 1 ? one : many, [n, ...args]),
} as unknown as TranslationBundle;

const futurePayload: FutureDisplay = {
  ...{ version: 1, display: 'd', cluster: 'sums', key: 'inc-1' },
  ...{ status: 'pending', type: null, nbytes: null },
};
const future: IDisplayed = { kind: 'future', payload: futurePayload };
const finished: IDisplayed = {
  kind: 'future',
  payload: { ...futurePayload, status: 'finished', type: 'number', nbytes: 9 },
};
const futuresPayload: FuturesDisplay = {
  ...{ version: 1, cluster: 'sums', name: 'inc', total: 4000, keys: [], types: ['number'], nbytes: 8000 },
  counts: { finished: 1000, pending: 2999, error: 1 },
};
const futures: IDisplayed = { kind: 'futures', payload: futuresPayload };
const clusterPayload: ClusterDisplay = {
  ...{ version: 1, cluster: 'sums', kind: 'local', address: 'unix:///x', status: 'running' },
  figures: { workers: 1, threads: 1, heldBytes: 10, memoryLimit: 0, counts: { memory: 1 } },
};
const cluster: IDisplayed = { kind: 'cluster', payload: clusterPayload };
const executor: IDisplayed = {
  kind: 'executor',
  payload: { ...clusterPayload, cluster: 'sums', status: 'connected' },
};
const overview = {
  ...{ workers: 3, threads: 6, counts: { processing: 2 } },
  memory: { process: 9, managed: 5000, spilled: 0, limit: 4e9 },
} as unknown as Overview;
const entry = { summary: { name: 'sums', address: 'unix:///x', status: 'running' }, overview } as IClusterEntry;

const nothing: IKnown = { told: undefined, entry: undefined, asked: undefined };
const asked = { status: 'finished', type: 'string', nbytes: 12 } as const;

test.each<[string, IDisplayed, Partial<IKnown>, object]>([
  ['a future that nobody knows of', future, {}, { status: 'pending', isLastKnown: true, facts: ['on sums'] }],
  [
    'one that its kernel tells of',
    future,
    { told: finished },
    { status: 'finished', facts: ['number', '9 B', 'on sums'] },
  ],
  ['one whose task the cluster knows', future, { entry, asked }, { status: 'finished', isLastKnown: false }],
  ['one that its kernel tells of, over the cluster', future, { told: future, entry, asked }, { status: 'pending' }],
  ['one that was over when it was saved', finished, {}, { status: 'finished', isLastKnown: false }],
  [
    'many futures',
    futures,
    { told: futures },
    {
      ...{
        title: '4,000 futures',
        status: 'pending',
        progress: { total: 4000, over: 1001, failed: 1 },
        isLastKnown: false,
      },
      facts: ['1,000 finished', '2,999 pending', '1 failed', 'number', '8 kB', 'on sums'],
    },
  ],
  ['many that no kernel tells of: the cluster is not asked', futures, { entry }, { isLastKnown: true }],
  [
    'a cluster that the manager knows',
    cluster,
    { entry },
    { facts: ['Local', '3 workers', '6 threads', '5 kB of 4 GB held', 'unix:///x'], counts: { processing: 2 } },
  ],
  [
    'one that is gone',
    cluster,
    {},
    { facts: ['Local', '1 worker', '1 thread', '10 B held', 'unix:///x'], isLastKnown: true },
  ],
  [
    'one that was closed',
    cluster,
    { told: { ...cluster, payload: { ...clusterPayload, status: 'closed' } } },
    { status: 'closed', counts: undefined, isLastKnown: false },
  ],
  ['an executor whose kernel is gone', executor, { entry }, { status: 'running', isLastKnown: false }],
  ['an executor', executor, { told: executor, entry }, { status: 'connected', mark: '●' }],
])('%s', (_, kept, known, expected) => {
  expect(viewOf(kept, { ...nothing, ...known }, trans)).toMatchObject(expected);
});

test('another cluster that has taken the name is not taken for it', () => {
  expect(entryFor(cluster, entry)).toBe(entry);
  const other = { ...entry, summary: { ...entry.summary, address: 'unix:///y' } };
  expect(entryFor(cluster, other)).toBeUndefined();
  expect(entryFor(executor, other)).toBeUndefined();
});

test.each<[string, Record<string, unknown>]>([
  ['of a later version', { 'application/vnd.covey.future+json': { ...futurePayload, version: 2 } }],
  ['that lacks something', { 'application/vnd.covey.future+json': { ...futurePayload, key: undefined } }],
  [
    'with figures that are none',
    { 'application/vnd.covey.cluster+json': { ...clusterPayload, figures: { workers: 'x' } } },
  ],
  ['that is no object', { 'application/vnd.covey.futures+json': 'garbage' }],
])('a payload %s is not drawn', (_, data) => {
  expect(readDisplay(data)).toBeUndefined();
});

test('when a kernel is gone its displays are as their notebooks keep them; those of others stay', () => {
  const displays = new ToldDisplays();
  const changed: string[] = [];
  displays.changed.add((name) => changed.push(name));
  const told = (display: string): ToldDisplay => ({ display, kind: 'future', data: {} });
  const [one, other] = [{}, {}];
  displays.tell(one, told('a'));
  displays.tell(other, told('b'));
  displays.forget(one);
  expect([displays.of('a'), displays.of('b')?.display]).toEqual([undefined, 'b']);
  expect(changed).toEqual(['a', 'b', 'a']);
});

test('what two notebooks on one kernel are told of stays when one of them is closed', () => {
  const displays = new ToldDisplays();
  const [one, other] = [{}, {}];
  for (const teller of [one, other]) displays.tell(teller, { display: 'a', kind: 'future', data: {} });
  displays.forget(other);
  expect(displays.of('a')).toBeDefined();
  displays.forget(one);
  expect(displays.of('a')).toBeUndefined();
});
