/**
 * A table as HTML and as text. The HTML has no script and no style sheet, and colours of nobody: it reads in light and
 * dark, and in a saved notebook. `dataframe` is the class for which front ends have a look.
 */
import { extentOf } from './table.js';
import type { Row, Table } from './table.js';

const GAP = '⋯';

export function showTable(table: Table): Record<string, string> {
  return { 'text/html': htmlOf(table), 'text/plain': plainOf(table) };
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function htmlOf(table: Table): string {
  const { columns, rows, corner } = table;
  const align = (isNumeric: boolean): string => ` style="text-align: ${isNumeric ? 'right' : 'left'}"`;
  const head = columns.map(({ name, isNumeric }) => `<th${align(isNumeric)}>${escaped(name)}</th>`).join('');
  const cells = (row: Row): string =>
    row.cells.map((text, at) => `<td${align(columns[at]?.isNumeric === true)}>${escaped(text)}</td>`).join('');
  const gap = `<tr><th>${GAP}</th>${`<td${align(false)}>${GAP}</td>`.repeat(columns.length)}</tr>`;
  const isGap = gapAt(table);
  const body = rows.map(
    (row, at) => `${isGap === at ? `${gap}\n` : ''}<tr><th${align(true)}>${escaped(row.label)}</th>${cells(row)}</tr>`,
  );
  return [
    '<div>',
    '<table border="1" class="dataframe">',
    `<thead><tr><th${align(true)}>${escaped(corner)}</th>${head}</tr></thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody>`,
    '</table>',
    `<p>${escaped(extentOf(table))}</p>`,
    '</div>',
  ].join('\n');
}

const WIDTH_MAX = 32;

function plainOf(table: Table): string {
  const { columns, rows, corner } = table;
  const cut = (text: string): string => (width(text) <= WIDTH_MAX ? text : `${text.slice(0, WIDTH_MAX - 1)}…`);
  const lines = [[corner, ...columns.map(({ name }) => name)], ...rows.map(({ label, cells }) => [label, ...cells])];
  const texts = lines.map((line) => line.map(cut));
  const widths = (texts[0] ?? []).map((_, at) => Math.max(...texts.map((line) => width(line[at] ?? ''))));
  const isRight = (at: number): boolean => at === 0 || columns[at - 1]?.isNumeric === true;
  const pad = (text: string, at: number): string => {
    const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(text)));
    return isRight(at) ? space + text : text + space;
  };
  const shown = texts.map((line) => line.map(pad).join('  ').trimEnd());
  const [head = '', ...body] = shown;
  const rule = widths.map((length) => '─'.repeat(length)).join('──');
  const gap = gapAt(table);
  if (gap !== undefined) body.splice(gap, 0, pad(GAP, 0));
  return [head, rule, ...body, '', extentOf(table)].join('\n');
}

/** The row before which others were left out: the first and the last ones are shown. */
function gapAt({ rows, rowCount }: Table): number | undefined {
  return rows.length < rowCount ? rows.length - 5 : undefined;
}

/** Code points: near enough to columns for what tables hold. */
function width(text: string): number {
  return [...text].length;
}
