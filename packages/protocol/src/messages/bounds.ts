/**
 * What keys, names and the options of tasks may be. Who sends them checks by this table, and who receives them too: so nothing that a
 * person writes gets as far as ending a session.
 */
import { abortSignal, amount, either, flag, listOf, mapOf, someMilliseconds, text, whole } from '../shared/kinds.js';
import type { Kind, Kinds } from '../shared/kinds.js';
import { MAX_KEY_LENGTH, MAX_LIST_LENGTH, MAX_NAME_LENGTH } from './lengths.js';
import type { TaskOptions } from './values.js';

export const aKey = text(MAX_KEY_LENGTH);
export const aName = text(MAX_NAME_LENGTH);
export const workerNames = listOf(aName, `a list of names or addresses of workers, each ${aName.expected}`, {
  min: 1,
  max: MAX_LIST_LENGTH,
});
/** As people write it: one name needs no list. */
export const workerOrWorkers: Kind = either(
  aName,
  workerNames,
  `the name or address of a worker, ${aName.expected}, or a list of such`,
);
export const resourceAmounts = mapOf(amount, `amounts by name, each ${amount.expected}`);

export const taskOptionKinds: Kinds<TaskOptions> = {
  priority: whole(-32_768, 32_767),
  retries: whole(0, 1_000_000),
  workers: workerNames,
  allowOtherWorkers: flag,
  resources: resourceAmounts,
  timeoutMs: someMilliseconds,
  wanted: flag,
  actor: flag,
  pure: flag,
  contentKeys: flag,
};

/** Of calls that can be given up. */
export const signalKinds: Kinds<{ readonly signal?: AbortSignal }> = { signal: abortSignal };
