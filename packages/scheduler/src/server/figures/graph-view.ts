/**
 * The task graph as a stream of changes: as many nodes as can be drawn, with the states that they were last told to have.
 *
 * The task table is looked through when somebody waits, not followed at every transition: so a graph that nobody
 * looks at costs nothing, and one that changes a million times a second costs no more than one that rests.
 */
import type { GraphNode } from '@covey/protocol/bridge';
import type { TaskId } from '@covey/protocol/internal';
import type { CoreQueries } from '../../core/surface.js';
import type { Feed, Portion } from './feed.js';

const NODES_MAX = 5000;
const INTERVAL_MS = 200;
/** The table is looked through so much less often the larger it is: this many tasks a millisecond. */
const TASKS_PER_MS = 2000;
/** Nodes that are gone, to be told to those who saw them. */
const GONE_MAX = 20_000;

interface Shown {
  state: GraphNode['state'];
  /** When it came or changed last. */
  version: number;
  /** The round that saw it last. */
  round: number;
}

export class GraphView implements Feed {
  readonly #core: Pick<CoreQueries, 'visitTasks' | 'taskNode' | 'counts'>;
  readonly #shown = new Map<TaskId, Shown>();
  /** Ids by the version at which they went, oldest first. */
  #gone: { readonly id: number; readonly version: number }[] = [];
  #version = 0;
  #round = 0;
  #leftOut = 0;
  #dueMs = -Infinity;

  constructor(core: Pick<CoreQueries, 'visitTasks' | 'taskNode' | 'counts'>) {
    this.#core = core;
  }

  newest(nowMs: number): number {
    if (nowMs >= this.#dueMs) this.#look(nowMs);
    return this.#version;
  }

  read(cursor: number, nowMs: number): Portion {
    this.newest(nowMs);
    const nodes: GraphNode[] = [];
    for (const [id, { version }] of this.#shown) {
      if (version <= cursor) continue;
      const node = this.#core.taskNode(id);
      // Gone since the look: the next one tells.
      if (node !== undefined) nodes.push({ id, ...node });
    }
    const gone = this.#gone.filter(({ version }) => version > cursor).map(({ id }) => id);
    return {
      cursor: this.#version,
      missed: 0,
      json: { nodes, gone: cursor === 0 ? [] : gone, leftOut: this.#leftOut },
      buffers: [],
    };
  }

  rest(): void {
    this.#shown.clear();
    this.#gone = [];
    this.#dueMs = -Infinity;
  }

  #look(nowMs: number): void {
    const round = ++this.#round;
    const version = this.#version + 1;
    const newcomers: { readonly id: TaskId; readonly state: GraphNode['state'] }[] = [];
    let tasks = 0;
    let changed = false;
    this.#core.visitTasks((id, state) => {
      tasks++;
      const shown = this.#shown.get(id);
      if (shown === undefined) {
        // More than there is room for: nodes that went may make some.
        if (newcomers.length < NODES_MAX) newcomers.push({ id, state });
        return;
      }
      shown.round = round;
      if (shown.state === state) return;
      shown.state = state;
      shown.version = version;
      changed = true;
    });
    for (const [id, shown] of this.#shown) {
      if (shown.round === round) continue;
      this.#shown.delete(id);
      this.#gone.push({ id, version });
      changed = true;
    }
    for (const { id, state } of newcomers) {
      if (this.#shown.size >= NODES_MAX) break;
      this.#shown.set(id, { state, version, round });
      changed = true;
    }
    const leftOut = tasks - this.#shown.size;
    if (changed || leftOut !== this.#leftOut || this.#version === 0) this.#version = version;
    this.#leftOut = leftOut;
    if (this.#gone.length > GONE_MAX) this.#gone = this.#gone.slice(-GONE_MAX / 2);
    this.#dueMs = nowMs + Math.max(INTERVAL_MS, tasks / TASKS_PER_MS);
  }
}
