/**
 * What is known of the value under the cursor, or of the function whose arguments are being written.
 */
import { SCOPE } from '../cells/compile-cell.js';
import type { NotebookScope } from '../cells/notebook-scope.js';
import { textOf } from '../display/text.js';
import { subjectOf } from './cursor-place.js';
import { ownValue, valueAt } from './live-values.js';
import type { LiveInspection } from './messages.js';
import { tokensOf } from './tokens.js';

/** Somebody who looks at a value here wants to see what it is, not all of it. */
const VALUE_MAX = 2000;
const NOTHING: LiveInspection = { type: 'inspected', value: undefined, isTyped: false };

export function inspectLive(code: string, cursor: number, scope: NotebookScope): LiveInspection {
  const rest = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))?.[0] ?? '';
  const before = code.slice(0, cursor) + rest;
  const subject = subjectOf(before);
  const value = subject === undefined || subject.isDeclaredHere ? undefined : valueAt(subject.names, scope);
  if (subject === undefined || value === undefined) return NOTHING;
  const name = before.slice(subject.start, subject.end);
  if (typeof value === 'function') return { type: 'inspected', value: `${name}${headOf(value)}`, isTyped: true };
  return { type: 'inspected', value: `${name}: ${typeName(value)}\n${textOf(value, VALUE_MAX)}`, isTyped: false };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const name = ownValue(ownValue(value, 'constructor'), 'name');
  return typeof name === 'string' && name !== '' ? name : 'object';
}

/** A function's parameters. Its text is the compiled cell's; the types tell the cell's own. */
function headOf(value: object): string {
  const text = Function.prototype.toString.call(value);
  if (/^class\b/.test(text)) return ': class';
  const { tokens } = tokensOf(text);
  const opener = tokens.findIndex((token) => token.text === '(' || token.text === '=>');
  const first = tokens[opener];
  if (first?.text !== '(') return `(${tokens[opener - 1]?.text ?? ''})`;
  let depth = 0;
  const closer = tokens.slice(opener).find((token) => {
    if (token.kind !== 'mark') return false;
    if ('([{'.includes(token.text)) depth++;
    return ')]}'.includes(token.text) && --depth === 0;
  });
  return text.slice(first.start, closer?.end).replaceAll(`${SCOPE}.`, '').replace(/\s+/g, ' ');
}
