/**
 * What is known of a place from types and live values, as front ends want to have it.
 */
import { stripVTControlCharacters } from 'node:util';
import { unitsToCodePoints } from './live-values.js';
import type { Entry, LiveCompletion, LiveInspection, TypedCompletion, TypedInspection } from './messages.js';

export type Content = Readonly<Record<string, unknown>>;

/** The types know best what fits; live values add what they can't know, and stand in for them. */
export function completionOf(
  code: string,
  cursor: number,
  typed: TypedCompletion | undefined,
  live: LiveCompletion | undefined,
): Content {
  const isAll = typed === undefined || (live?.areMembers === true && typed.entries.length === 0);
  const beside = live?.entries.slice(0, isAll ? undefined : live.extras) ?? [];
  const start = Math.min(typed?.start ?? cursor, beside.length === 0 ? cursor : (live?.start ?? cursor));
  const entries = new Map<string, string>();
  const add = (list: readonly Entry[], from: number): void => {
    for (const { name, kind } of list) {
      const text = code.slice(start, from) + name;
      if (!entries.has(text)) entries.set(text, kind);
    }
  };
  add(typed?.entries ?? [], typed?.start ?? start);
  add(beside, live?.start ?? start);
  const cursor_start = unitsToCodePoints(code, start);
  const cursor_end = unitsToCodePoints(code, cursor);
  const types = [...entries].map(([text, type]) => ({ start: cursor_start, end: cursor_end, text, type }));
  return {
    status: 'ok',
    matches: [...entries.keys()],
    cursor_start,
    cursor_end,
    metadata: types.length === 0 ? {} : { _jupyter_types_experimental: types },
  };
}

/** Signature and documentation, the text of the cell that declares it, and the value. */
export function inspectionOf(typed: TypedInspection | undefined, live: LiveInspection | undefined): Content {
  const value = typed !== undefined && live?.isTyped === true ? undefined : live?.value;
  return inspectionContent([
    { text: typed?.signature, isCode: true },
    { text: typed?.documentation, isCode: false },
    { text: typed?.source, isCode: true },
    { text: value, isCode: true },
  ]);
}

interface Part {
  readonly text: string | undefined;
  readonly isCode: boolean;
}

export function inspectionContent(parts: readonly Part[]): Content {
  const known = parts.flatMap(({ text = '', isCode }) => (text === '' ? [] : [{ text, isCode }]));
  if (known.length === 0) return { status: 'ok', found: false, data: {}, metadata: {} };
  const markdown = known.map(({ text, isCode }) => (isCode ? fenced(stripVTControlCharacters(text)) : text));
  const data = {
    'text/plain': known.map(({ text }) => text).join('\n\n'),
    'text/markdown': markdown.join('\n\n'),
  };
  return { status: 'ok', found: true, data, metadata: {} };
}

/** A fence is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}typescript\n${text}\n${fence}`;
}
