/**
 * Gives code that a compiler printed anew the lines that its author wrote: stack traces then need no map, here or in a
 * worker to which a function of the cell travels. Columns stay near enough.
 */

interface Mapping {
  readonly line: number;
  readonly column: number;
  readonly sourceLine: number;
}

/** Line breaks may come after these without changing what the code means. */
const beforeBreak = new Set([';', '{', '}', '(', '[', ',', '?', '=', '']);

/** @param mappings of the source map, in its own encoding. */
export function keepSourceLines(code: string, mappings: string): string {
  const lines = code.split('\n');
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const isText = textRanges(code);
  let output = '';
  let at = 0;
  let outputLine = 0;
  const copy = (end: number): void => {
    while (at < end) {
      const newline = code.indexOf('\n', at);
      if (newline < 0 || newline >= end) {
        output += code.slice(at, end);
        at = end;
        return;
      }
      output += code.slice(at, newline);
      at = newline + 1;
      // Breaks of the printer go, those inside of a text and behind a comment stay.
      if (isText(newline) || endsInComment(code, newline)) {
        output += '\n';
        outputLine++;
      } else {
        output += ' ';
      }
    }
  };
  for (const { line, column, sourceLine } of decodeMappings(mappings)) {
    const start = starts[line];
    if (start === undefined || start + column < at) continue;
    copy(start + column);
    if (outputLine >= sourceLine || isText(at)) continue;
    if (!canBreakAfter(output)) continue;
    output += '\n'.repeat(sourceLine - outputLine);
    outputLine = sourceLine;
  }
  copy(code.length);
  return output;
}

function canBreakAfter(output: string): boolean {
  let at = output.length - 1;
  for (; at >= 0 && ' \t\n'.includes(output[at] ?? ''); at--) if (output[at] === '\n') return true;
  return beforeBreak.has(output[at] ?? '');
}

function endsInComment(code: string, newline: number): boolean {
  const line = code.slice(code.lastIndexOf('\n', newline - 1) + 1, newline);
  return line.includes('//');
}

/** Tells whether a position is inside of a template literal. Only asked where there is one. */
function textRanges(code: string): (position: number) => boolean {
  if (!code.includes('`')) return () => false;
  const ranges: [number, number][] = [];
  let open: number | undefined;
  for (let at = 0; at < code.length; at++) {
    const character = code[at];
    if (character === '\\') at++;
    else if (character === '`') {
      if (open === undefined) open = at;
      else {
        ranges.push([open, at]);
        open = undefined;
      }
    }
  }
  return (position) => ranges.some(([start, end]) => position > start && position <= end);
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOf = new Map([...digits].map((digit, value) => [digit, value]));

function decodeMappings(mappings: string): Mapping[] {
  const decoded: Mapping[] = [];
  let sourceLine = 0;
  for (const [line, segments] of mappings.split(';').entries()) {
    let column = 0;
    for (const segment of segments.split(',')) {
      if (segment === '') continue;
      const [columnDelta = 0, , sourceLineDelta] = decodeSegment(segment);
      column += columnDelta;
      if (sourceLineDelta === undefined) continue;
      sourceLine += sourceLineDelta;
      decoded.push({ line, column, sourceLine });
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
