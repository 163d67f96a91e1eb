/** How long texts and lists in messages may be. It knows nothing else, so that compute threads load nothing else with it. */

export const MAX_KEY_LENGTH = 4096;
/** Of names of workers, functions, types, topics: they are for people, and nothing sensible is longer. */
export const MAX_NAME_LENGTH = 1000;
/** Of why something was cancelled or stopped. */
export const MAX_REASON_LENGTH = 10_000;
/** Of keys, ids and the like in one call. */
export const MAX_LIST_LENGTH = 1_000_000;

/** Text that fits: what is too much is left out in the middle. */
export function cutText(value: string, maxLength: number): string {
  if (value.length <= maxLength) return value;
  const half = Math.floor((maxLength - 1) / 2);
  return `${value.slice(0, half)}…${value.slice(value.length - half)}`;
}
