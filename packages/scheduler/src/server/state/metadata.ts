/** What clients note on the scheduler for each other: a tree of small values under paths. */
import { CallArgumentError } from '@covey/protocol';

const MAX_DEPTH = 64;

type Tree = Readonly<Record<string, unknown>>;

export class Metadata {
  #root: Tree = emptyTree();

  /**
   * Puts a value under a path; maps on the way are made, and kept otherwise.
   * @throws {CallArgumentError} when the path is empty or too deep, or leads through a value that is not a map.
   */
  set(path: readonly string[], value: unknown): void {
    if (path.length === 0 || path.length > MAX_DEPTH) {
      throw new CallArgumentError(`a path of metadata has 1 to ${MAX_DEPTH} parts, not ${path.length}`);
    }
    this.#root = withValue(this.#root, path, 0, value);
  }

  /** What is under the path; the empty path is the whole tree. */
  get(path: readonly string[]): { readonly found: boolean; readonly value?: unknown } {
    let value: unknown = this.#root;
    for (const part of path) {
      if (!isTree(value) || !Object.hasOwn(value, part)) return { found: false };
      value = value[part];
    }
    return { found: true, value };
  }
}

/** The tree with the value put in; parts of the old tree are shared, none is changed. */
function withValue(tree: Tree, path: readonly string[], depth: number, value: unknown): Tree {
  const part = path[depth]!;
  const copy = Object.assign(emptyTree(), tree);
  if (depth === path.length - 1) {
    copy[part] = value;
    return copy;
  }
  const below = Object.hasOwn(tree, part) ? tree[part] : emptyTree();
  if (!isTree(below))
    throw new CallArgumentError(`the metadata under '${path.slice(0, depth + 1).join('.')}' is a value, not a map`);
  copy[part] = withValue(below, path, depth + 1, value);
  return copy;
}

/** Without a prototype: any text is a key like any other, `__proto__` too. */
function emptyTree(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
