/**
 * Code that a compiler printed anew, put back on the lines that its author wrote: stack traces then need no map, here or in
 * a worker to which a function of the cell travels. Only the space between tokens changes, so the code means the same.
 */
import { tokTypes } from 'acorn';
import type { Token } from 'acorn';
import type { Edits } from './edits.js';
import { countLineEnds } from './source-map.js';
import type { Place, SourceMap } from './source-map.js';
import { parseModule } from './syntax-tree.js';
import type { AnyNode } from './syntax-tree.js';

/** A token or a comment. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly kind: 'token' | 'comment' | 'line comment';
  /** Whether a line may end before it without changing what the code means. */
  canBreak: boolean;
  /** Whether it may contain ends of lines. */
  readonly hasLines: boolean;
  place: Place | undefined;
}

export class PrintedCode {
  readonly program: AnyNode;
  /** Whether a name is its author's: compilers make names of their own, and all of them begin so. */
  readonly isWritten: (name: string) => boolean;
  readonly #code: string;
  readonly #pieces: readonly Piece[];

  /** @throws {SyntaxError} of acorn's, with `pos`. */
  constructor(
    code: string,
    readonly map: SourceMap,
    source: string,
  ) {
    const pieces: Piece[] = [];
    let before: Token | undefined;
    this.program = parseModule(code, {
      onToken: (token) => {
        const hasLines = token.type === tokTypes.template || token.type === tokTypes.string;
        const { start, end } = token;
        const canBreak = before === undefined || canBreakBetween(before, token, code);
        pieces.push({ start, end, kind: 'token', canBreak, hasLines, place: undefined });
        before = token;
      },
      onComment: (isBlock, _, start, end) => {
        const kind = isBlock ? 'comment' : 'line comment';
        pieces.push({ start, end, kind, canBreak: true, hasLines: isBlock, place: undefined });
      },
    });
    givePlaces(pieces, map);
    this.isWritten = (name) => !name.startsWith('_') || source.includes(name);
    this.#code = code;
    this.#pieces = pieces;
  }

  get code(): string {
    return this.#code;
  }

  /** The code after edits, whose ends are ends of tokens, on the lines of its source. */
  onSourceLines(edits: Edits): string {
    const code = this.#code;
    const pieces = this.#pieces;
    let output = '';
    let line = 0;
    let next = 0;
    /** The piece before which the space is written already. */
    let spaced = -1;
    const space = (): void => {
      const piece = pieces[next];
      if (piece === undefined || spaced === next) return;
      spaced = next;
      const before = pieces[next - 1];
      const { place, canBreak } = piece;
      if (canBreak && place !== undefined && place.line > line) {
        output += '\n'.repeat(place.line - line) + ' '.repeat(place.column);
        line = place.line;
      } else if (before?.kind === 'line comment') {
        output += '\n';
        line++;
      } else if (piece.start > (before?.end ?? 0)) {
        output += ' ';
      }
    };
    const copyTo = (end: number): void => {
      for (let piece = pieces[next]; piece !== undefined && piece.start < end; piece = pieces[++next]) {
        space();
        const text = code.slice(piece.start, piece.end);
        output += text;
        if (piece.hasLines) line += countLineEnds(text);
      }
      // What is inserted before a token stands on its line.
      if (pieces[next]?.start === end) space();
    };
    for (const { start, end, text } of edits.inOrder()) {
      copyTo(start);
      output += text;
      while ((pieces[next]?.start ?? end) < end) next++;
    }
    copyTo(code.length);
    return output;
  }
}

/**
 * Where the syntax lets no line end. The compiler prints all semicolons, so nowhere else would one come to be by an end of
 * line.
 */
function canBreakBetween(before: Token, { type }: Token, code: string): boolean {
  // Template texts are tokens: all between their marks is theirs.
  if (type === tokTypes.template || type === tokTypes.dollarBraceL || before.type === tokTypes.template) return false;
  if (type === tokTypes.incDec || type === tokTypes.arrow) return false;
  const { keyword } = before.type;
  if (keyword !== undefined) return !restrictedKeywords.has(keyword);
  return before.type !== tokTypes.name || !restrictedNames.has(code.slice(before.start, before.end));
}

const restrictedKeywords = new Set(['return', 'throw', 'break', 'continue']);
const restrictedNames = new Set(['async', 'yield', 'await', 'using', 'accessor']);

/** Pieces that can't begin a line pull what stands before them to theirs. */
function givePlaces(pieces: readonly Piece[], { mappings }: SourceMap): void {
  let at = mappings.length - 1;
  let next: Piece | undefined;
  for (let index = pieces.length - 1; index >= 0; index--) {
    const piece = pieces[index] as Piece;
    while ((mappings[at]?.offset ?? -1) > piece.start) at--;
    const mapping = mappings[at];
    if (mapping?.offset === piece.start) piece.place = mapping;
    if (next?.canBreak === false) {
      if (piece.kind !== 'token') piece.canBreak = false;
      const isBelow = next.place !== undefined && next.place.line > (piece.place?.line ?? -1);
      if (isBelow) piece.place = next.place;
    }
    next = piece;
  }
}
