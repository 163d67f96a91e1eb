/**
 * Where the text of compiled code was in its source, as the compiler's source map tells. Lines and columns count from zero.
 */

export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Mapping extends Place {
  /** In the compiled code. */
  readonly offset: number;
}

/** What ends a line: for V8, which counts lines in stacks, as for the compiler. */
const lineEnd = /\r\n|[\n\r\u2028\u2029]/g;

export class SourceMap {
  /** In the order of the compiled code. */
  readonly mappings: readonly Mapping[];

  /** @param mappings in the encoding of source maps. */
  constructor(code: string, mappings: string) {
    this.mappings = decode(mappings, lineStarts(code));
  }

  placeOf(offset: number): Place {
    let low = 0;
    let high = this.mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.mappings[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return this.mappings[low - 1] ?? { line: 0, column: 0 };
  }
}

export function countLineEnds(text: string): number {
  return text.match(lineEnd)?.length ?? 0;
}

export function placeAt(text: string, offset: number): Place {
  const starts = lineStarts(text.slice(0, offset));
  return { line: starts.length - 1, column: offset - (starts.at(-1) ?? 0) };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(lineEnd)) starts.push(index + end.length);
  return starts;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOf = new Map([...digits].map((digit, value) => [digit, value]));

function decode(mappings: string, starts: readonly number[]): Mapping[] {
  const decoded: Mapping[] = [];
  let line = 0;
  let column = 0;
  for (const [compiledLine, segments] of mappings.split(';').entries()) {
    let offset = starts[compiledLine] ?? 0;
    for (const segment of segments.split(',')) {
      if (segment === '') continue;
      const [compiledDelta = 0, , lineDelta, columnDelta = 0] = decodeSegment(segment);
      offset += compiledDelta;
      if (lineDelta === undefined) continue;
      line += lineDelta;
      column += columnDelta;
      decoded.push({ offset, line, column });
    }
  }
  return decoded;
}

function decodeSegment(segment: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = valueOf.get(digit) ?? 0;
    value |= (bits & 31) << shift;
    shift += 5;
    if ((bits & 32) !== 0) continue;
    values.push((value & 1) === 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return values;
}
