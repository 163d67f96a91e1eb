/**
 * A cell that begins with a magic, while it is being written: which part of it is the magic, and which TypeScript.
 */
const head = /^(\s*)(%%?)([A-Za-z]\w*)?([ \t]*)([^\n]*)/;

export interface MagicHead {
  readonly marks: '%' | '%%';
  /** Perhaps not all of it yet. */
  readonly name: string;
  /** Where its marks, what follows its name, and the next line begin. */
  readonly start: number;
  readonly lineStart: number;
  readonly end: number;
}

export function magicHeadOf(code: string): MagicHead | undefined {
  const match = head.exec(code);
  if (match === null) return undefined;
  const [whole, space = '', marks, name = '', gap = ''] = match;
  const lineStart = space.length + (marks ?? '').length + name.length + gap.length;
  return { marks: marks === '%%' ? '%%' : '%', name, start: space.length, lineStart, end: whole.length };
}

/** The TypeScript of a cell, each character where it was: what a cell magic takes, or all of a cell without one. */
export function typeScriptOf(code: string): string {
  const magic = magicHeadOf(code);
  if (magic === undefined) return code;
  return magic.marks === '%%' ? blank(code, magic.end) : '';
}

/** The expression behind a line magic, where it was. */
export function expressionOf(code: string, { lineStart }: MagicHead): string {
  return blank(code, lineStart);
}

function blank(code: string, end: number): string {
  return code.slice(0, end).replace(/[^\n]/g, ' ') + code.slice(end);
}
