/** Calls of dashboards: live figures, and all about one task. */
import { CallArgumentError } from '@covey/protocol';
import { MAX_KEY_LENGTH } from '@covey/protocol/internal';
import type { TaskId } from '@covey/protocol/internal';
import { MAX_WAIT_MS } from '../figures/figures.js';
import type { Fields } from '../fields.js';
import type { CallTable, ServerParts } from './call-table.js';

export function figureCalls({ core, figures }: ServerParts): CallTable<'figures' | 'task'> {
  const keyOf = (args: Fields): string | undefined => {
    if (args.has('key')) return args.text('key', MAX_KEY_LENGTH);
    if (!args.has('taskId')) throw new CallArgumentError('task is asked for by its key or its taskId');
    return core.keyOf(args.integer('taskId', 1) as TaskId);
  };
  return {
    figures: async (args, { signal }) => {
      const asked = { topic: args.text('topic'), cursor: args.integer('cursor', 0) };
      const batches = await figures.pull([asked], args.integer('waitMs', 0, MAX_WAIT_MS), (listener) =>
        signal.addEventListener('abort', () => listener(signal.reason as Error), { once: true }),
      );
      return batches[0]!;
    },
    task: (args) => {
      const key = keyOf(args);
      const explanation = key === undefined ? undefined : core.explain(key);
      if (key === undefined || explanation === undefined) return null;
      return { ...explanation, story: core.story(null, { keys: [key] }) };
    },
  };
}
