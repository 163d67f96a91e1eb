/**
 * Whether what was typed so far could be run, for front ends that decide by it what the Enter key means.
 */
import { transformSync } from 'oxc-transform';
import { isError } from '../cells/typescript.js';
import { tokensOf } from '../language/tokens.js';
import { magicHeadOf, typeScriptOf } from '../magics/magic-cell.js';

export type Completeness =
  { readonly status: 'complete' | 'invalid' } | { readonly status: 'incomplete'; readonly indent: string };

export function completenessOf(code: string): Completeness {
  const magic = magicHeadOf(code);
  if (magic === undefined) return completenessOfCode(code);
  // A magic's cell goes on to an empty line: nothing else tells where it ends.
  if (magic.marks === '%%' && !/\n[ \t]*\n?$/.test(code.slice(magic.end + 1)))
    return { status: 'incomplete', indent: magic.end === code.length ? '' : indentAfter(code) };
  return magic.marks === '%%' ? completenessOfCode(typeScriptOf(code)) : { status: 'complete' };
}

function completenessOfCode(code: string): Completeness {
  const whole = completenessOfModule(code);
  // What is one object in braces runs as an expression.
  if (whole.status !== 'invalid' || tokensOf(code).tokens[0]?.text !== '{') return whole;
  const object = `(${code.replace(/[;\s]*$/, '')}`;
  const closed = completenessOfModule(`${object}\n)`);
  return closed.status === 'complete' ? closed : completenessOfModule(object);
}

function completenessOfModule(code: string): Completeness {
  const { errors } = transformSync('cell.ts', code, { lang: 'ts', sourceType: 'module' });
  const [first] = errors.filter(isError);
  if (first === undefined) return { status: 'complete' };
  const { kind } = tokensOf(code).open ?? {};
  if (kind === 'template' || kind === 'comment') return { status: 'incomplete', indent: '' };
  // The parser counts UTF-16 units; what is missing is missed at the end.
  const [label] = first.labels;
  const isAtEnd = label !== undefined && label.start >= code.trimEnd().length;
  return isAtEnd ? { status: 'incomplete', indent: indentAfter(code) } : { status: 'invalid' };
}

/** The last line's indentation, and one step more when it opens something. */
function indentAfter(code: string): string {
  const line = code.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return /[{([]\s*$/.test(line) ? `${indent}  ` : indent;
}
