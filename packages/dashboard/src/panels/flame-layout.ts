/** Where the frames of a call tree stand in a flame graph. Pure. */
import type { ProfileNode } from '@covey/protocol/bridge';

/** Shares of the width, and rows from 0. */
export interface FlameBox {
  readonly node: ProfileNode;
  readonly left: number;
  readonly width: number;
  readonly depth: number;
  /** Above what fills the width. */
  readonly isAbove: boolean;
  /** From below the root to this frame. */
  readonly path: readonly string[];
}

/** Shares too small to be seen at any width. */
const LEAST_SHARE = 1 / 8000;
const MOST_DEPTH = 200;

/** The tree, widened so that the frame at `zoomed` fills the width; as far as it exists. Boxes come by row, then from the left. */
export function layOutFlame(
  root: ProfileNode,
  zoomed: readonly string[],
): { readonly boxes: FlameBox[]; readonly depth: number } {
  const whole = [root];
  for (const frame of zoomed) {
    const next = whole.at(-1)!.children.find((child) => frameOf(child) === frame);
    if (next === undefined) break;
    whole.push(next);
  }
  const top = whole.at(-1)!;
  const boxes = whole.map((node, depth): FlameBox => {
    return { node, left: 0, width: 1, depth, isAbove: node !== top, path: zoomed.slice(0, depth) };
  });
  let row = [boxes.at(-1)!];
  while (row.length > 0 && row[0]!.depth < MOST_DEPTH) {
    const below: FlameBox[] = [];
    for (const box of row) {
      let left = box.left;
      for (const child of [...box.node.children].sort((a, b) => b.totalMs - a.totalMs)) {
        const width = child.totalMs / Math.max(top.totalMs, 1e-9);
        if (width < LEAST_SHARE) continue;
        below.push({
          node: child,
          left,
          width,
          depth: box.depth + 1,
          isAbove: false,
          path: [...box.path, frameOf(child)],
        });
        left += width;
      }
    }
    boxes.push(...below);
    row = below;
  }
  return { boxes, depth: (boxes.at(-1)?.depth ?? 0) + 1 };
}

export interface FrameTotal {
  readonly name: string;
  readonly place: string;
  selfMs: number;
  totalMs: number;
}

/** Functions by name and place, wherever they were called; the root is none. Time of a function within itself counts once. */
export function frameTotals(root: ProfileNode): FrameTotal[] {
  const totals = new Map<string, FrameTotal>();
  const visit = (node: ProfileNode, above: ReadonlySet<string>): void => {
    for (const child of node.children) {
      const frame = frameOf(child);
      const { name, place } = child;
      const total = totals.get(frame) ?? { name, place, selfMs: 0, totalMs: 0 };
      totals.set(frame, total);
      total.selfMs += Math.max(0, child.totalMs - child.children.reduce((sum, { totalMs }) => sum + totalMs, 0));
      if (!above.has(frame)) total.totalMs += child.totalMs;
      visit(child, new Set(above).add(frame));
    }
  };
  visit(root, new Set());
  return [...totals.values()];
}

function frameOf({ name, place }: ProfileNode): string {
  return `${name}\n${place}`;
}
