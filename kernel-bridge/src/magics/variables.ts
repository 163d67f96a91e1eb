/**
 * `%who` and `%reset`.
 */
import { ownValue } from '../language/live-values.js';
import type { Magic } from './magic.js';

export const who: Magic = {
  name: 'who',
  usage: '%who',
  summary: 'lists the variables of the notebook, with their types',
  takesLine: true,
  takesCell: false,
  isBare: true,
  run: (_, { scope, output }) => {
    const names = scope.names();
    const width = Math.max(0, ...names.map((name) => name.length));
    const lines = names.map((name) => `${name.padEnd(width)}  ${kindOf(scope.valueOf(name))}`);
    output.stream('stdout', names.length === 0 ? 'No variables yet.\n' : `${lines.join('\n')}\n`);
  },
};

export const reset: Magic = {
  name: 'reset',
  usage: '%reset',
  summary: 'forgets all variables of the notebook',
  takesLine: true,
  takesCell: false,
  isBare: true,
  run: (_, { scope, output }) => {
    for (const name of scope.names()) scope.remove(name);
    output.say({ type: 'reset' });
  },
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  const name = (ownValue(value, 'constructor') as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : 'object';
}
