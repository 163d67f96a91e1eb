/**
 * `%typecheck off|warn|error`: what becomes of type errors.
 */
import { checkModes } from '../language/type-checks.js';
import { MagicError } from './magic.js';
import type { Magic } from './magic.js';

export const typecheck: Magic = {
  name: 'typecheck',
  usage: '%typecheck off|warn|error',
  summary: 'type errors are not looked for, are warnings, or keep a cell from running',
  takesLine: true,
  takesCell: false,
  words: checkModes,
  run: ({ line }, { output }) => {
    const mode = checkModes.find((candidate) => candidate === line);
    if (mode === undefined) throw new MagicError(`Use it as ${typecheck.usage}`);
    output.say({ type: 'typecheck', mode });
  },
};
