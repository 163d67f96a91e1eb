/** Quantities as people read them. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** `12 s`, `5 min`, `3 h`, `2 d`: the largest unit that fits. */
export function formatDuration(ms: number, trans: TranslationBundle): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return trans.__('%1 s', seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return trans.__('%1 min', minutes);
  const hours = Math.round(minutes / 60);
  if (hours < 48) return trans.__('%1 h', hours);
  return trans.__('%1 d', Math.round(hours / 24));
}

/** `12,345` in the language of the page. */
export function formatCount(count: number): string {
  return count.toLocaleString();
}
