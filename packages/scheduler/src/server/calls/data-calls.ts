/** Calls about results: where they are, scattering, copies, and who keeps them. */
import type { AttemptId, ClientTaskId, ScatterItem, TaskId, WholeValue } from '@covey/protocol/internal';
import { CallArgumentError, DatasetError } from '@covey/protocol';
import { MAX_KEY_LENGTH } from '@covey/protocol/internal';
import type { HoldRefusal } from '../../core/result-holds.js';
import { Fields } from '../fields.js';
import type { CallTable, ServerParts } from './call-table.js';
import { readKnownWorkers, readSelection, readWorkers } from './call-table.js';
import { untilSomeWorker } from './some-worker.js';

/** Copies of large data take as long as they take; a caller that wants less waits less. */
const REPLICATE_TIMEOUT_MS = 600_000;

const HOLD_REFUSALS: Readonly<Record<HoldRefusal, string>> = {
  over: 'the attempt that made it is over',
  unknown: 'one of them is not held by its task any more: was it released?',
  circular: 'one of them is, or holds, the task itself, and neither would ever be let go',
};

type DataCalls =
  | 'locate'
  | 'scatter'
  | 'relay'
  | 'replicate'
  | 'rebalance'
  | 'publish-dataset'
  | 'get-dataset'
  | 'list-datasets'
  | 'unpublish-dataset'
  | 'adopt'
  | 'hold-in-result'
  | 'fire-and-forget';

export function dataCalls(parts: ServerParts): CallTable<DataCalls> {
  const { conditions, core, datasets, fleet, keeper, now, settle } = parts;

  return {
    locate: (args, { client }) => {
      const located = core.locate(client, args.ids<ClientTaskId>('ids'), args.optionalTexts('absent'), now());
      settle();
      return located;
    },

    scatter: async (args, session) => {
      const { client } = session;
      const items = args.list('items').map(readScatterItem);
      const broadcast = args.any('broadcast');
      if (broadcast != null && typeof broadcast !== 'boolean') args.integer('broadcast', 1);
      const avoid = args.optionalTexts('avoid');
      const options = {
        ...readWorkers(args),
        ...(broadcast != null && { broadcast: broadcast as boolean | number }),
        ...(avoid !== undefined && { avoid }),
      };
      const places = core.scatter(client, items, options, now());
      settle();
      for (;;) {
        const unplaced = places.flatMap((place, i) => (place.unplaced === true ? [i] : []));
        if (unplaced.length === 0) return places.map(({ taskId, addresses }) => ({ taskId, addresses }));
        await untilSomeWorker(parts, options, session, 'to take the data');
        const missing = unplaced.map((i) => items[i]!);
        core.placeScattered(client, missing, options, now()).forEach((place, i) => (places[unplaced[i]!] = place));
        settle();
      }
    },

    relay: async (args, { signal }) => {
      const address = args.text('address');
      const taskId = args.integer('taskId', 1) as TaskId;
      const member = fleet.members().find(({ hello }) => hello.address === address);
      if (member === undefined) return null;
      const params = { taskId, onlyAsk: args.flag('onlyAsk', false) };
      return (await member.channel.call('value', params, { signal })) as WholeValue | null;
    },

    replicate: async (args, session) => {
      const { client, signal } = session;
      const selection = readSelection(args);
      const n = args.optionalInteger('n', 1);
      const keep = args.flag('keep', false);
      const places = keep ? readWorkers(args) : readKnownWorkers(args, core);
      const options = { ...places, ...(n !== undefined && { n }), keep };
      if (keep) {
        await untilSomeWorker(parts, options, session, 'to take the data');
        // Its worker may tell of it a little later than its client.
        const isThere = () =>
          core.selectKeys(client, selection).every((key) => core.taskInfo(key)?.state !== 'waiting');
        await conditions.until(isThere, { signal, what: 'waiting for the data' });
      }
      core.replicate(client, selection, options, now());
      settle();
      // Done when each has its copies, or has gone: nothing is left to be waited for.
      const wanted = Math.min(n ?? Infinity, core.selectWorkers(options.workers).length);
      const keys = core.selectKeys(client, selection);
      const addresses = new Set(core.selectWorkers(options.workers).map((id) => core.worker(id, now())?.address));
      const hasCopies = (key: string) => {
        const info = core.taskInfo(key);
        return info?.state !== 'memory' || info.whoHas.filter((address) => addresses.has(address)).length >= wanted;
      };
      let done = 0;
      const isDone = () => {
        if (core.selectWorkers(options.workers).length < wanted) return true;
        while (done < keys.length && hasCopies(keys[done]!)) done++;
        return done === keys.length;
      };
      await conditions.until(isDone, { signal, timeoutMs: REPLICATE_TIMEOUT_MS, what: 'waiting for copies' });
      return null;
    },

    rebalance: async (args, { client, signal }) => {
      core.rebalance(client, readSelection(args), readKnownWorkers(args, core), now());
      settle();
      const isDone = () => core.copiesUnderWay() === 0;
      await conditions.until(isDone, { signal, timeoutMs: REPLICATE_TIMEOUT_MS, what: 'waiting for copies' });
      return null;
    },

    'publish-dataset': (args, { client }) => {
      const name = args.text('name');
      const override = args.flag('override', false);
      if (datasets.has(name) && !override) {
        throw new DatasetError(`the dataset '${name}' is published already; publish with override to replace it`);
      }
      // A copy: the bytes are a view of the frame in which they came.
      const value = new Uint8Array(args.bytes('value'));
      datasets.publish(name, { hold: keeper.hold(client, args.ids<ClientTaskId>('ids')), value }, override);
      return null;
    },

    'get-dataset': (args, { client }) => {
      const dataset = datasets.get(args.text('name'));
      if (dataset === undefined) return null;
      const { keys } = dataset.hold;
      const firstId = args.optionalInteger('firstId', 0) ?? 0;
      if (firstId > 0) core.adopt(client, keys, firstId as ClientTaskId, now());
      settle();
      return { keys, value: dataset.value };
    },

    'list-datasets': () => datasets.names(),

    'unpublish-dataset': (args) => {
      datasets.unpublish(args.text('name'));
      return null;
    },

    adopt: (args, { client }) => {
      const firstId = args.integer('firstId', 1) as ClientTaskId;
      const exist = core.adopt(client, args.texts('keys', MAX_KEY_LENGTH), firstId, now());
      settle();
      return exist;
    },

    'hold-in-result': (args, { client }) => {
      const attempt = args.integer('attempt', 1) as AttemptId;
      const outcome = core.holdInResult(client, attempt, args.ids<ClientTaskId>('ids'), now());
      settle();
      if (outcome === 'held') return null;
      throw new CallArgumentError(`the result can't hold these futures: ${HOLD_REFUSALS[outcome]}`);
    },

    'fire-and-forget': (args, { client }) => {
      core.fireAndForget(client, args.ids<ClientTaskId>('ids'), now());
      settle();
      return null;
    },
  };
}

function readScatterItem(value: unknown): ScatterItem {
  const item = new Fields(value, 'an item of scatter');
  const key = item.text('key', MAX_KEY_LENGTH);
  const nbytes = item.integer('nbytes', 0);
  const inline = item.has('inline') ? { inline: item.bytes('inline') } : {};
  if (item.has('inline') && item.bytes('inline').length > 1 << 20) {
    throw new CallArgumentError(`'${key}' has ${item.bytes('inline').length} bytes: too many to travel inline`);
  }
  return { id: item.integer('id', 1) as ClientTaskId, key, nbytes, type: item.text('type'), ...inline };
}
