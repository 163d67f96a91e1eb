/**
 * Completion and inspection of magics: their names, and what may follow them. Everything else in their cells is TypeScript.
 */
import { magics } from '../magics/all-magics.js';
import type { Magic } from '../magics/magic.js';
import { expressionOf, magicHeadOf, typeScriptOf } from '../magics/magic-cell.js';
import type { MagicHead } from '../magics/magic-cell.js';
import type { Entry, TypedCompletion } from './messages.js';

/** A position in a cell: in its magic, or in TypeScript, where the magic is blanks. */
export type MagicPlace =
  | { readonly kind: 'magic'; readonly head: MagicHead; readonly magic: Magic | undefined }
  | { readonly kind: 'code'; readonly code: string };

export function magicPlaceOf(code: string, cursor: number): MagicPlace {
  const head = magicHeadOf(code);
  if (head === undefined) return { kind: 'code', code };
  const magic = magics.find(({ name }) => name === head.name);
  const isLine = head.marks === '%';
  if (isLine && magic?.takesExpression === true && cursor >= head.lineStart && head.lineStart > nameEnd(head))
    return { kind: 'code', code: expressionOf(code, head) };
  if (cursor < head.start || (!isLine && cursor > head.end)) return { kind: 'code', code: typeScriptOf(code) };
  return { kind: 'magic', head, magic };
}

export function completeMagic(
  code: string,
  cursor: number,
  { head, magic }: Extract<MagicPlace, { kind: 'magic' }>,
): TypedCompletion {
  if (cursor <= nameEnd(head)) return { start: head.start, entries: entriesOf(namesLike(head, code.slice(0, cursor))) };
  if (cursor > head.end) return { start: cursor, entries: [] };
  const written = code.slice(head.lineStart, cursor);
  const words = magic?.words ?? [];
  return {
    start: Math.min(head.lineStart, cursor),
    entries: entriesOf(words.filter((word) => word.startsWith(written))),
  };
}

/** With one mark written there may still come another. */
function namesLike({ start, marks }: MagicHead, before: string): string[] {
  const written = before.slice(start + marks.length);
  return magics
    .filter(({ name }) => name.startsWith(written))
    .flatMap(writtenNames)
    .filter((name) => name.startsWith(marks));
}

function entriesOf(names: readonly string[]): Entry[] {
  return names.map((name) => ({ name, kind: 'keyword' }));
}

export function inspectMagic({ magic }: Extract<MagicPlace, { kind: 'magic' }>): string {
  return magic === undefined ? '' : `${magic.usage}\n${magic.summary}`;
}

function writtenNames({ name, takesLine, takesCell }: Magic): string[] {
  return [...(takesLine ? [`%${name}`] : []), ...(takesCell ? [`%%${name}`] : [])];
}

function nameEnd({ start, marks, name }: MagicHead): number {
  return start + marks.length + name.length;
}
