/**
 * The magics that there are.
 */
import { inspect } from 'node:util';
import { help, listMagics } from './help.js';
import type { Magic, MagicContext, ParsedMagic } from './magic.js';
import { MagicError } from './magic.js';
import { npm } from './npm.js';
import { submit } from './submit.js';
import { timeit } from './timeit.js';
import { typecheck } from './typecheck.js';
import { reset, who } from './variables.js';

const withoutHelp: readonly Magic[] = [submit, npm, typecheck, timeit, who, reset];
export const magics: readonly Magic[] = [help(() => magics), listMagics(() => magics), ...withoutHelp];

/** @throws {MagicError} when there is none of that name, or it isn't used so. */
export function runMagic(call: ParsedMagic, context: MagicContext): unknown {
  const magic = magics.find(({ name }) => name === call.name);
  if (magic === undefined) {
    throw new MagicError(`There is no magic %${call.name}; %lsmagic lists what there is.`);
  }
  const isCell = call.body !== undefined;
  const hasTooMuch = magic.isBare === true && call.line !== '' && !call.line.startsWith('//');
  if (hasTooMuch || (isCell ? !magic.takesCell : !magic.takesLine)) throw new MagicError(`Use it as ${magic.usage}`);
  return magic.run(call, context);
}

/**
 * A cell that failed as code, and was meant as what other kernels have, or as a magic, which is one only at the beginning of
 * its cell.
 */
export function adviceOnMagic(code: string, ename: string): string | undefined {
  if (!['SyntaxError', 'ReferenceError'].includes(ename)) return undefined;
  const [, command] = /^\s*!\s*([a-z][^\n]*)$/i.exec(code) ?? [];
  if (command !== undefined) {
    return `A command of the system: require('node:child_process').execSync(${inspect(command)}, { stdio: 'inherit' })`;
  }
  if (/^\s*(?:\?{1,2}[\w$.]+|[\w$.]+\?{1,2})\s*$/.test(code)) return 'Shift-Tab explains the name before the cursor.';
  const [, mark = '', used = ''] = /\S[^\n]*\n(?:[^]*\n)?[ \t]*(%%?)([a-z]\w*)/.exec(code) ?? [];
  const magic = magics.find(({ name }) => name === used);
  return magic && `${mark}${used} is a magic: it has to be the first line of its cell.`;
}
