/**
 * What is being written at the cursor, as far as tokens tell: a name, a member of something, a key in brackets, a new
 * name that nobody can know, or something else (a string, an import's clause, a property of an object).
 */
import { tokensOf } from './tokens.js';
import type { Token, Tokens } from './tokens.js';

export type CursorPlace =
  | { readonly kind: 'name'; readonly start: number }
  | { readonly kind: 'member' | 'key'; readonly start: number; readonly owner: MemberPath | undefined }
  | { readonly kind: 'new-name' | 'other' };

/** `a.b["c"][0]`. */
export interface MemberPath {
  readonly names: readonly string[];
  readonly start: number;
  readonly end: number;
  /** The code declares the first name itself: a parameter, or a variable that isn't there yet. */
  readonly isDeclaredHere: boolean;
}

const OTHER: CursorPlace = { kind: 'other' };
const NEW_NAME: CursorPlace = { kind: 'new-name' };
/** What a new name follows. */
const declaring = new Set(['class', 'const', 'enum', 'function', 'interface', 'let', 'namespace', 'var']);
/** Behind these a brace is a block. */
const beforeBlock = new Set(['=>', ')', '}', ';', '{']);
const beforeObject = new Set([
  'return',
  'yield',
  'await',
  'const',
  'let',
  'var',
  'import',
  'export',
  'default',
  'of',
  'in',
]);

export function placeOf(before: string): CursorPlace {
  const all = tokensOf(before);
  const { tokens, open } = all;
  if (open !== undefined) return open.kind === 'string' ? keyPlace(all, open.start) : OTHER;
  const word = tokens.at(-1);
  const isWord = word?.kind === 'name' && word.end === before.length;
  const last = isWord ? tokens.length - 2 : tokens.length - 1;
  const start = isWord ? word.start : before.length;
  const { kind, text = '', end } = tokens[last] ?? {};
  if (text === '.' || text === '?.') return { kind: 'member', start, owner: pathUpTo(all, last - 1) };
  if (text === '#' || (kind === 'number' && end === start)) return OTHER;
  if (kind === 'name' && declaring.has(text)) return NEW_NAME;
  if (kind === 'name' && text === 'type' && isStatementStart(all, last, before)) return NEW_NAME;
  if (isPropertyName(all, last)) return OTHER;
  if (isImport(all, last)) return NEW_NAME;
  return { kind: 'name', start };
}

/** The name or member that the code ends with, or the function whose arguments it ends in. */
export function subjectOf(before: string): MemberPath | undefined {
  const all = tokensOf(before);
  if (all.open !== undefined) return undefined;
  const { tokens, brackets } = all;
  const last = tokens.at(-1);
  if (last?.kind === 'name' && last.end === before.length) return pathUpTo(all, tokens.length - 1);
  const call = brackets.findLast((at) => tokens[at]?.text === '(');
  return call === undefined ? undefined : pathUpTo(all, call - 1);
}

/** In `a["…`. */
function keyPlace(all: Tokens, start: number): CursorPlace {
  const last = all.tokens.length - 1;
  if (all.tokens[last]?.text !== '[') return OTHER;
  const owner = pathUpTo(all, last - 1);
  return owner === undefined ? OTHER : { kind: 'key', start: start + 1, owner };
}

function pathUpTo({ tokens }: Tokens, last: number): MemberPath | undefined {
  const names: string[] = [];
  const end = tokens[last]?.end ?? 0;
  for (let at = last; ;) {
    while (tokens[at]?.text === '!') at--;
    const token = tokens[at];
    if (token === undefined) return undefined;
    if (token.text === ']') {
      const key = tokens[at - 1];
      if (key === undefined || tokens[at - 2]?.text !== '[') return undefined;
      const name = keyOf(key);
      if (name === undefined) return undefined;
      names.unshift(name);
      at -= 3;
      if (tokens[at]?.text === '?.') at--;
      continue;
    }
    if (token.kind !== 'name') return undefined;
    names.unshift(token.text);
    const dot = tokens[at - 1]?.text;
    if (dot === '.' || dot === '?.') {
      at -= 2;
      continue;
    }
    return { names, start: token.start, end, isDeclaredHere: isDeclared(token.text, tokens, at) };
  }
}

function keyOf({ kind, text }: Token): string | undefined {
  if (kind === 'number') return text;
  return kind === 'text' && /^(["'])[^\\]*\1$/.test(text) ? text.slice(1, -1) : undefined;
}

/** Whether the code before makes a variable or a parameter of a name: in doubt it does. */
function isDeclared(name: string, tokens: readonly Token[], before: number): boolean {
  return tokens.slice(0, before).some(({ kind, text }, at) => {
    if (kind !== 'name' || text !== name) return false;
    const previous = tokens[at - 1]?.text ?? '';
    return declaring.has(previous) || tokens[at + 1]?.text === '=>' || isInPattern(tokens, at);
  });
}

/** Inside brackets that follow `const` or a function's name, or that `=>` follows. */
function isInPattern(tokens: readonly Token[], at: number): boolean {
  const opener = openerAround(tokens, at);
  if (opener === undefined) return false;
  const previous = tokens[opener - 1]?.text ?? '';
  if (declaring.has(previous) || declaring.has(tokens[opener - 2]?.text ?? '')) return true;
  const follower = tokens[closerOf(tokens, opener) + 1]?.text;
  if (tokens[opener]?.text === '(' && (follower === '=>' || previous === 'function' || previous === 'catch'))
    return true;
  return isInPattern(tokens, opener);
}

function openerAround(tokens: readonly Token[], from: number): number | undefined {
  let depth = 0;
  for (let at = from - 1; at >= 0; at--) {
    const { text = '', kind } = tokens[at] ?? {};
    if (kind !== 'mark') continue;
    if (')]}'.includes(text)) depth++;
    else if ('([{'.includes(text) && depth-- === 0) return at;
  }
  return undefined;
}

function closerOf(tokens: readonly Token[], opener: number): number {
  let depth = 0;
  for (let at = opener; at < tokens.length; at++) {
    const { text = '', kind } = tokens[at] ?? {};
    if (kind !== 'mark') continue;
    if ('([{'.includes(text)) depth++;
    else if (')]}'.includes(text) && --depth === 0) return at;
  }
  return tokens.length;
}

/** `import x|`, `import * as |`: what a clause binds. */
function isImport({ tokens }: Tokens, last: number): boolean {
  for (let at = last; at >= Math.max(0, last - 5); at--) {
    const { text = '', kind } = tokens[at] ?? {};
    if (text === 'import') return tokens[at + 1]?.text !== '(' && tokens[at + 1]?.text !== '.';
    const isOfClause = text === '*' || text === ',' || text === '{' || text === '}' || kind === 'name';
    if (!isOfClause) return false;
  }
  return false;
}

/** `{ | }` of an object, a pattern, or an import's or export's clause. */
function isPropertyName({ tokens, brackets }: Tokens, last: number): boolean {
  const brace = brackets.at(-1);
  if (brace === undefined || tokens[brace]?.text !== '{') return false;
  const text = tokens[last]?.text;
  if (last !== brace && text !== ',') return false;
  const previous = tokens[brace - 1];
  if (previous === undefined) return false;
  if (previous.kind === 'name') {
    const isClause = previous.text === 'type' && /^(?:im|ex)port$/.test(tokens[brace - 2]?.text ?? '');
    return isClause || beforeObject.has(previous.text);
  }
  return previous.kind === 'mark' && !beforeBlock.has(previous.text);
}

function isStatementStart({ tokens }: Tokens, at: number, code: string): boolean {
  const previous = tokens[at - 1];
  const word = tokens[at];
  if (previous === undefined || word === undefined) return true;
  return /^(?:[;{}]|export|declare)$/.test(previous.text) || code.slice(previous.end, word.start).includes('\n');
}
