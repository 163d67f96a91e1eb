/**
 * What TypeScript's language service offers at a place, as texts that replace what stands before the cursor.
 */
import type ts from 'typescript';
import { placeOf } from './cursor-place.js';
import type { Entry, TypedCompletion } from './messages.js';
import { tokensOf } from './tokens.js';

const ENTRIES_MAX = 1000;
/** Paths continue behind their last slash, other texts behind their quote. */
const pathKinds = new Set<string>(['directory', 'script', 'external module name']);
/** The kernel's own. */
const hidden = /^(?:\$submitted$|__notebook|__cell-|__of_)/;

interface Placed extends Entry {
  readonly start: number;
}

/** @param toCell turns a position of the checked text into one of the cell. */
export function typedCompletion(
  found: ts.CompletionInfo | undefined,
  code: string,
  cursor: number,
  toCell: (position: number) => number,
): TypedCompletion {
  const before = code.slice(0, cursor);
  if (placeOf(before).kind === 'new-name') return { start: cursor, entries: [] };
  const wordStart = cursor - (/[\p{ID_Continue}$]*$/u.exec(before)?.[0].length ?? 0);
  const { open } = tokensOf(before);
  const textStart = open?.kind === 'string' ? open.start + 1 : wordStart;
  const placed = [...(found?.entries ?? [])].sort(byRelevance).flatMap((entry): Placed[] => {
    const { kind, replacementSpan } = entry;
    const name = textOf(entry);
    if (name === undefined || hidden.test(entry.name)) return [];
    const fallback = pathKinds.has(kind) ? wordStart : textStart;
    const isInDots = entry.insertText?.startsWith('?.') === true;
    const start = replacementSpan === undefined || isInDots ? fallback : toCell(replacementSpan.start);
    const isFitting = entry.name.startsWith(before.slice(start)) || name.startsWith(before.slice(start));
    return isFitting ? [{ name, kind: kindOf(kind), start }] : [];
  });
  const entries = placed.slice(0, ENTRIES_MAX);
  const start = Math.min(open?.kind === 'string' ? cursor : wordStart, ...entries.map((entry) => entry.start));
  return {
    start,
    entries: entries.map((entry) => ({ name: code.slice(start, entry.start) + entry.name, kind: entry.kind })),
  };
}

/** What is written for an entry; nothing for what would change more than the word at the cursor. */
function textOf({ name, kind, insertText = name }: ts.CompletionEntry): string | undefined {
  if (String(kind) === 'warning') return undefined;
  if (insertText.startsWith('?.')) return insertText.startsWith('?.[') ? undefined : name;
  const isQuoted = /^(["']).*\1$/.test(insertText);
  return insertText === name || isQuoted ? insertText : undefined;
}

/** TypeScript's kinds that front ends know by other names. */
const kinds: Readonly<Record<string, string>> = {
  alias: 'variable',
  const: 'variable',
  directory: 'module',
  'external module name': 'module',
  getter: 'property',
  let: 'variable',
  'local class': 'class',
  'local function': 'function',
  'local var': 'variable',
  parameter: 'variable',
  script: 'module',
  setter: 'property',
  string: 'value',
  var: 'variable',
};

function kindOf(kind: string): string {
  return kinds[kind] ?? kind;
}

function byRelevance(a: ts.CompletionEntry, b: ts.CompletionEntry): number {
  return a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
