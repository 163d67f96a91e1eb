/**
 * The task graph and where its nodes stand. The layout grows with the graph and never moves what it has placed: a
 * node's column is its depth, its row the mean of its dependencies' rows, or the next free one.
 */
import type { FigureTopics, GraphNode } from '@covey/protocol/bridge';

export interface PlacedNode {
  node: GraphNode;
  /** Columns and rows, from 0. */
  readonly column: number;
  readonly row: number;
}

export class GraphStore {
  readonly nodes = new Map<number, PlacedNode>();
  /** Tasks that are not shown: beyond as many as can be told of. */
  leftOut = 0;
  /** Rises when nodes come, go or change. */
  version = 0;
  /** Rises when nodes come or go. */
  shapeVersion = 0;
  readonly #columns: RowSet[] = [];

  apply({ nodes, gone, leftOut }: FigureTopics['graph']): void {
    this.leftOut = leftOut;
    for (const id of gone) this.#remove(id);
    // Dependencies have lower ids than what needs them: so they are placed first.
    const sorted = [...nodes].sort((a, b) => a.id - b.id);
    for (const node of sorted) {
      const placed = this.nodes.get(node.id);
      if (placed !== undefined) placed.node = node;
      else this.#place(node);
    }
    if (this.nodes.size === 0) this.#columns.length = 0;
    if (gone.length + nodes.length > 0) this.version++;
  }

  clear(): void {
    this.nodes.clear();
    this.#columns.length = 0;
    this.leftOut = 0;
    this.version++;
    this.shapeVersion++;
  }

  #place(node: GraphNode): void {
    let column = 0;
    let rows = 0;
    let known = 0;
    for (const id of node.dependencies) {
      const dependency = this.nodes.get(id);
      if (dependency === undefined) continue;
      column = Math.max(column, dependency.column + 1);
      rows += dependency.row;
      known++;
    }
    const taken = (this.#columns[column] ??= new RowSet());
    const row = known === 0 ? taken.firstFree() : taken.freeNear(Math.round(rows / known));
    taken.take(row);
    this.nodes.set(node.id, { node, column, row });
    this.shapeVersion++;
  }

  #remove(id: number): void {
    const placed = this.nodes.get(id);
    if (placed === undefined) return;
    this.nodes.delete(id);
    this.#columns[placed.column]?.free(placed.row);
    this.shapeVersion++;
  }
}

/** Which rows of a column are taken. */
class RowSet {
  readonly #taken = new Set<number>();
  /** No row before this one is free. */
  #firstFree = 0;

  take(row: number): void {
    this.#taken.add(row);
  }

  free(row: number): void {
    this.#taken.delete(row);
    this.#firstFree = Math.min(this.#firstFree, row);
  }

  firstFree(): number {
    while (this.#taken.has(this.#firstFree)) this.#firstFree++;
    return this.#firstFree;
  }

  /** The free row nearest to the one wanted. */
  freeNear(wanted: number): number {
    if (!this.#taken.has(wanted)) return wanted;
    for (let away = 1; ; away++) {
      if (!this.#taken.has(wanted + away)) return wanted + away;
      if (wanted >= away && !this.#taken.has(wanted - away)) return wanted - away;
    }
  }
}
