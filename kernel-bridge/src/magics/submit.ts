/**
 * `%%submit [name]`: runs the cell itself on the cluster.
 */
import { MagicError } from './magic.js';
import type { Magic } from './magic.js';

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export const submit: Magic = {
  name: 'submit',
  usage: '%%submit [NAME]',
  summary: 'runs the cell on the cluster; NAME becomes the future of its last expression',
  takesLine: false,
  takesCell: true,
  run: ({ line }, { submit: submitCell }) => submitCell(checkedName(line)),
};

/** @throws {MagicError} when it can't be a variable. */
export function checkedName(text: string): string | undefined {
  if (text === '') return undefined;
  if (!identifier.test(text) || isReserved(text)) {
    throw new MagicError(`'${text}' can't be a variable. Use it as ${submit.usage}`);
  }
  return text;
}

function isReserved(name: string): boolean {
  try {
    new Function(`'use strict'; let ${name}`); // eslint-disable-line @typescript-eslint/no-implied-eval -- parses a checked identifier
    return false;
  } catch {
    return true;
  }
}
