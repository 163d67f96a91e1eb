/** Calls that ask what is, and change nothing. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { StoryEntry, TaskId, WorkerId } from '@covey/protocol/internal';
import { schedulerVersions } from '../versions.js';
import type { CallTable, ServerParts } from './call-table.js';
import { readKnownSelection, readKnownWorkers, readSelection } from './call-table.js';
import { askEach, valuesOf } from './fan-out.js';

/** Introspection is not worth waiting for a worker that is busy with something else. */
const ASK_TIMEOUT_MS = 5_000;

type QueryCalls =
  | 'scheduler-info'
  | 'demand'
  | 'who-has'
  | 'has-what'
  | 'nbytes'
  | 'processing'
  | 'story'
  | 'explain'
  | 'call-stack'
  | 'versions'
  | 'memory';

export function queryCalls(parts: ServerParts): CallTable<QueryCalls> {
  const { core, fleet, info, now } = parts;

  /** Tasks of a selection by the workers that compute them or have them waiting. */
  const attemptsOf = (keys: ReadonlySet<string> | undefined): Map<WorkerId, TaskId[]> => {
    const attempts = new Map<WorkerId, TaskId[]>();
    for (const { id } of fleet.members()) {
      const here = core.attemptsOn(id).filter(({ key, started }) => started && (keys?.has(key) ?? true));
      if (here.length > 0)
        attempts.set(
          id,
          here.map(({ taskId }) => taskId),
        );
    }
    return attempts;
  };

  return {
    'scheduler-info': () => info(),
    demand: () => {
      const limits = core.workers(now()).map((worker) => worker.memoryLimit);
      const memoryLimit = limits.includes(0) ? 0 : limits.reduce((sum, limit) => sum + limit, 0);
      return { ...core.demand(), workers: limits.length, memoryLimit };
    },
    'who-has': (args, { client }) => core.whoHas(client, readKnownSelection(args, client, core)),
    'has-what': (args) => core.hasWhat(readKnownWorkers(args, core).workers),
    nbytes: (args, { client }) =>
      core.nbytes(client, readKnownSelection(args, client, core), args.flag('summary', false)),
    processing: (args) => core.processing(readKnownWorkers(args, core).workers),

    story: async (args, { client, signal }) => {
      const selection = readSelection(args);
      const entries: StoryEntry[] = [...core.story(client, selection)];
      // Of a task that is forgotten there may be a story yet.
      if (entries.length === 0) readKnownSelection(args, client, core);
      // Workers know ids and no keys: they write the ids in their places.
      const keys = new Map<string, string>();
      for (const key of core.selectKeys(client, selection)) {
        const taskId = core.taskInfo(key)?.taskId;
        if (taskId !== undefined) keys.set(String(taskId), key);
      }
      const taskIds = [...keys.keys()].map((id) => Number(id) as TaskId);
      const told = await askEach(fleet.members(), 'story', () => ({ taskIds }), { signal, timeoutMs: ASK_TIMEOUT_MS });
      for (const [worker, answer] of Object.entries(told)) {
        if (!('ok' in answer)) continue;
        for (const entry of answer.ok) entries.push({ ...entry, key: keys.get(entry.key) ?? entry.key, worker });
      }
      return entries.sort((a, b) => a.timeMs - b.timeMs);
    },

    explain: (args, { client }) =>
      core.selectKeys(client, readKnownSelection(args, client, core)).flatMap((key) => core.explain(key) ?? []),

    'call-stack': async (args, { client, signal }) => {
      const selection = readKnownSelection(args, client, core);
      const all = selection.ids === undefined && selection.keys === undefined;
      const attempts = attemptsOf(all ? undefined : new Set(core.selectKeys(client, selection)));
      const members = fleet.members().filter(({ id }) => attempts.has(id));
      const ask = (id: WorkerId) => ({ taskIds: attempts.get(id) ?? [] });
      const told = await askEach(members, 'call-stack', ask, { signal, timeoutMs: ASK_TIMEOUT_MS });
      return Object.assign({}, ...valuesOf(told)) as Record<string, string>;
    },

    versions: async (_args, { signal }) => ({
      scheduler: schedulerVersions(),
      workers: await askEach(fleet.members(), 'versions', () => null, { signal, timeoutMs: ASK_TIMEOUT_MS }),
    }),

    memory: (args) => {
      if (args.flag('collect', false)) collectGarbage();
      const { rss, heapUsed, external } = process.memoryUsage();
      return { resident: rss, heap: heapUsed, external };
    },
  };
}

/** A full collection, without asking for a flag when the process starts. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
