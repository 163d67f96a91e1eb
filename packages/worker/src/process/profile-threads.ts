/** Where compute threads spend their time: V8's sampling profiler, started and stopped from outside, so that busy threads are seen as well. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProfileNode } from '@covey/protocol/bridge';
import type { Incarnation } from './incarnation.js';
import { ThreadInspector } from './thread-inspector.js';
import type { CpuProfile } from './thread-inspector.js';

const SAMPLING_MS = 5;
/** Deeper stacks are cut: nothing can be read there. */
const DEPTH_MAX = 60;
/** Samples that are nobody's doing. */
const NOT_CODE = new Set(['(idle)', '(program)', '(root)']);

/** Watches all threads for so long; their call trees under one root, without the frames of the worker's own that called the tasks. */
export async function profileThreads(worker: Incarnation, durationMs: number): Promise<ProfileNode> {
  const threads = [...worker.threads.values()].map(({ nodeThreadId }) => nodeThreadId);
  const root: Node = { name: 'all', place: '', totalMs: 0, children: new Map() };
  if (threads.length === 0) return told(root);
  const inspector = new ThreadInspector();
  try {
    const until = delay(durationMs);
    const profiles = await Promise.all(threads.map((id) => inspector.profile(id, SAMPLING_MS, until)));
    for (const profile of profiles) if (profile !== undefined) addProfile(root, profile);
  } finally {
    inspector.close();
  }
  return told(root);
}

interface Node {
  readonly name: string;
  readonly place: string;
  totalMs: number;
  readonly children: Map<string, Node>;
}

export function addProfile(root: Node, { nodes, samples = [], timeDeltas = [] }: CpuProfile): void {
  const paths = pathsOf(nodes);
  for (const [i, id] of samples.entries()) {
    const path = paths.get(id);
    if (path === undefined) continue;
    // Each sample stands for the time until the next one.
    const durationMs = Math.max(0, timeDeltas[i + 1] ?? 0) / 1000;
    root.totalMs += durationMs;
    let node = root;
    for (const { name, place } of path) {
      const identity = `${name}\n${place}`;
      let child = node.children.get(identity);
      if (child === undefined) {
        child = { name, place, totalMs: 0, children: new Map() };
        node.children.set(identity, child);
      }
      child.totalMs += durationMs;
      node = child;
    }
  }
}

type Frame = Pick<Node, 'name' | 'place'>;

/** The user's frames from the outside in, for each node that stands for code. */
function pathsOf(nodes: CpuProfile['nodes']): Map<number, readonly Frame[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const paths = new Map<number, readonly Frame[]>();
  const visit = (id: number, path: readonly Frame[]): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url, lineNumber } = node.callFrame;
    const isOwn = NOT_CODE.has(functionName) || isOurs(url);
    const name = functionName === '' ? '(anonymous)' : functionName;
    const place = url === '' ? '' : `${url}:${lineNumber + 1}`;
    const next = isOwn || path.length >= DEPTH_MAX ? path : [...path, { name, place }];
    if (next.length > 0) paths.set(id, next);
    for (const child of node.children ?? []) visit(child, next);
  };
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  for (const { id } of nodes) if (!children.has(id)) visit(id, []);
  return paths;
}

function isOurs(url: string): boolean {
  return url.endsWith('/thread.cjs') || url.endsWith('/in-thread.cjs') || url.startsWith('node:');
}

function told({ name, place, totalMs, children }: Node): ProfileNode {
  return { name, place, totalMs, children: [...children.values()].map(told) };
}
