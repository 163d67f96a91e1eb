/** Call trees as one: frames of the same name and place under the same caller are summed. */
import type { ProfileNode } from '@covey/protocol/bridge';

/** Frames that took less than this share of all time are left out: they could not be seen. */
const LEAST_SHARE = 0.0005;

interface Frame {
  readonly name: string;
  readonly place: string;
  totalMs: number;
  readonly children: Map<string, Frame>;
}

export function mergeProfiles(profiles: readonly ProfileNode[]): ProfileNode {
  const root: Frame = { name: 'all', place: '', totalMs: 0, children: new Map() };
  for (const profile of profiles) add(root, profile);
  return nodeOf(root, root.totalMs * LEAST_SHARE);
}

function add(into: Frame, { totalMs, children }: ProfileNode): void {
  into.totalMs += totalMs;
  for (const child of children) {
    const { name, place } = child;
    const identity = `${name}\n${place}`;
    let frame = into.children.get(identity);
    if (frame === undefined) {
      frame = { name, place, totalMs: 0, children: new Map() };
      into.children.set(identity, frame);
    }
    add(frame, child);
  }
}

function nodeOf({ name, place, totalMs, children }: Frame, leastMs: number): ProfileNode {
  const shown = [...children.values()].filter((child) => child.totalMs >= leastMs);
  shown.sort((a, b) => b.totalMs - a.totalMs);
  return { name, place, totalMs, children: shown.map((child) => nodeOf(child, leastMs)) };
}
