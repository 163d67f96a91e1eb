/**
 * Completion from the values that are there: names of the notebook's variables and globals, and properties of real
 * objects, without running getters. At once, and true also where types say nothing.
 */
import type { NotebookScope } from '../cells/notebook-scope.js';
import { ownValue, unitsToCodePoints } from './live-values.js';

const keywords = [
  ...['abstract', 'async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default'],
  ...['delete', 'do', 'else', 'enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements'],
  ...[
    'import',
    'in',
    'instanceof',
    'interface',
    'let',
    'new',
    'null',
    'of',
    'private',
    'protected',
    'public',
    'return',
  ],
  ...['static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'type', 'typeof', 'undefined', 'var', 'void'],
  ...['while', 'yield'],
];
const MATCHES_MAX = 1000;
const path =
  /(?:([\p{ID_Start}$_][\p{ID_Continue}$]*(?:\s*\??\.\s*[\p{ID_Start}$_][\p{ID_Continue}$]*)*)\s*\??\.\s*)?([\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u;

export function completeLive(code: string, cursor: number, scope: NotebookScope): Record<string, unknown> {
  const before = code.slice(0, cursor);
  const match = path.exec(before);
  const owner = match?.[1];
  const prefix = match?.[2] ?? '';
  const isMember = owner !== undefined;
  // After `f().` or `1.` nothing is known without running something.
  const isUnknownMember = !isMember && /\.\s*$/.test(before.slice(0, before.length - prefix.length));
  const names = isUnknownMember ? [] : isMember ? membersOf(resolve(owner, scope)) : namesOf(scope);
  const matches = [...new Set(names)].filter((name) => name.startsWith(prefix) && isIdentifier(name));
  return {
    status: 'ok',
    matches: matches.sort(byRelevance(prefix)).slice(0, MATCHES_MAX),
    cursor_start: unitsToCodePoints(code, cursor - prefix.length),
    cursor_end: unitsToCodePoints(code, cursor),
    metadata: {},
  };
}

function namesOf(scope: NotebookScope): string[] {
  return [...Object.getOwnPropertyNames(scope.variables), ...Object.getOwnPropertyNames(globalThis), ...keywords];
}

/** The value of `a.b.c`, as far as it is there without running a getter. */
export function resolve(expression: string, scope: NotebookScope): unknown {
  const [first = '', ...rest] = expression.split(/\s*\??\.\s*/);
  let value = Object.hasOwn(scope.variables, first) ? ownValue(scope.variables, first) : ownValue(globalThis, first);
  for (const name of rest) value = ownValue(value, name);
  return value;
}

function membersOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const names: string[] = [];
  const isArray = Array.isArray(value) || ArrayBuffer.isView(value);
  for (let at: unknown = Object(value); at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    if (!(isArray && at === value)) names.push(...Object.getOwnPropertyNames(at));
    if (names.length > 10 * MATCHES_MAX) break;
  }
  return isArray ? ['length', ...names] : names;
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !name.startsWith('__');
}

/** Names as they are, those with an underscore last. */
function byRelevance(prefix: string): (a: string, b: string) => number {
  const weight = (name: string): number => (name.startsWith('_') && !prefix.startsWith('_') ? 1 : 0);
  return (a, b) => weight(a) - weight(b) || (a < b ? -1 : a > b ? 1 : 0);
}
