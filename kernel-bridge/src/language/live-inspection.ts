/**
 * What is known of the value under the cursor.
 */
import type { NotebookScope } from '../cells/notebook-scope.js';
import { textOf } from '../display/text.js';
import { resolve } from './live-completion.js';

const path = /[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\s*\??\.\s*[\p{ID_Start}$_][\p{ID_Continue}$]*)*$/u;

export function inspectLive(code: string, cursor: number, scope: NotebookScope): Record<string, unknown> {
  const rest = /^[\p{ID_Continue}$]*/u.exec(code.slice(cursor))?.[0] ?? '';
  const before = code.slice(0, cursor).replace(/\(\s*$/, '') + rest;
  const expression = path.exec(before)?.[0];
  const value = expression === undefined ? undefined : resolve(expression, scope);
  if (expression === undefined || value === undefined) return { status: 'ok', found: false, data: {}, metadata: {} };
  const text = `${expression}: ${typeName(value)}\n${typeof value === 'function' ? signatureOf(value) : textOf(value)}`;
  return { status: 'ok', found: true, data: { 'text/plain': text }, metadata: {} };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'object';
}

function signatureOf(value: unknown): string {
  const source = String(value);
  return source.length <= 2000 ? source : `${source.slice(0, 2000)}…`;
}
