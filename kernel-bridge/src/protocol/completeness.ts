/**
 * Whether what was typed so far could be run, for front ends that decide by it what the Enter key means.
 */
import { transformSync } from 'oxc-transform';
import { isError } from '../cells/typescript.js';

export type Completeness =
  { readonly status: 'complete' | 'invalid' } | { readonly status: 'incomplete'; readonly indent: string };

export function completenessOf(code: string): Completeness {
  if (/^\s*%/.test(code)) return { status: 'complete' };
  const { errors } = transformSync('cell.ts', code, { lang: 'ts', sourceType: 'module' });
  const [first] = errors.filter(isError);
  if (first === undefined) return { status: 'complete' };
  // The parser counts UTF-16 units; what is missing is missed at the end.
  const end = code.trimEnd().length;
  const [label] = first.labels;
  const isAtEnd = label !== undefined && label.start >= end;
  const opened = label === undefined ? '' : code.slice(label.start, label.start + 2);
  const isOpenText = first.message.startsWith('Unterminated') && (opened.startsWith('`') || opened === '/*');
  if (!isAtEnd && !isOpenText) return { status: 'invalid' };
  return { status: 'incomplete', indent: isOpenText ? '' : indentAfter(code) };
}

/** The last line's indentation, and one step more when it opens something. */
function indentAfter(code: string): string {
  const line = code.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return /[{([]\s*$/.test(line) ? `${indent}  ` : indent;
}
