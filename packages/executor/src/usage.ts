/** What methods are given, checked at the door: so that a slip is told where it was made, and as what it is. */
import { checkOptions, checkValue, describeValue } from '@covey/protocol/internal';
import type { Kind, Kinds } from '@covey/protocol/internal';
import { UsageError } from './errors.js';
import { Future, isFutureOfAnotherCopy } from './future.js';

/** @throws UsageError for an option of another name, or a value of another kind; `method` is who takes them */
export function checkUsage<Options>(options: Options, kinds: Kinds<Options>, method: string): void {
  checkOptions(options, kinds, method, UsageError);
}

/** @throws UsageError when an argument is not of its kind */
export function checkArgument(value: unknown, kind: Kind, what: string): void {
  checkValue(value, kind, what, UsageError);
}

/** One future or many as a list. @throws UsageError for anything else */
export function listFutures<F extends Future<unknown>>(futures: F | Iterable<F>, method: string): F[] {
  const list = futures instanceof Future ? [futures] : isIterable(futures) ? [...futures] : undefined;
  const wrong = list === undefined ? -1 : list.findIndex((each) => !(each instanceof Future));
  if (list !== undefined && wrong === -1) return list;
  throw notAFuture(list === undefined ? futures : list[wrong], `${method} takes`);
}

/** What to say of something that should be a future. `who`: "wait takes". */
export function notAFuture(value: unknown, who = 'here belongs'): UsageError {
  if (isFutureOfAnotherCopy(value)) return new UsageError('This future belongs to another copy of this package');
  const hint = typeof value === 'string' ? ': `executor.futureOf(key)` gives the future of a task by its key' : '';
  return new UsageError(`${who} futures, not ${describeValue(value)}${hint}`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  // Text is iterable too, and a key that was given for a future would be taken for its letters.
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
