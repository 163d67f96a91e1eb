/**
 * What the metadata of an execute request says about the notebook, its cell and its cluster. What isn't as it should be is
 * as if it were absent: metadata are notes of many programs.
 */
import type { CoveyMetadata } from '../channel/messages.js';
import type { Dictionary } from './message.js';

export function coveyMetadata(metadata: Dictionary): CoveyMetadata {
  const covey = isDictionary(metadata['covey']) ? metadata['covey'] : {};
  return {
    cellId: textOf(metadata['cellId']),
    notebook: textOf(covey['notebook']),
    cluster: textOf(covey['cluster']),
    submit: covey['submit'] === true,
    name: textOf(covey['name']),
  };
}

function isDictionary(value: unknown): value is Dictionary {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
