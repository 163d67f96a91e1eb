/**
 * An error as its cell shows it: class, message, causes and own fields as Node prints them, the stack down to the user's
 * own lines, and the line of the cell where it came from.
 */
import { inspect } from 'node:util';
import type { ErrorReport } from '../channel/messages.js';
import { CellSyntaxError } from '../cells/typescript.js';
import { cleanStacks } from './clean-stacks.js';

/** Cells and their text, by the file name that stacks show. */
export type CellSources = ReadonlyMap<string, string>;

// eslint-disable-next-line no-control-regex -- ANSI sequences begin with one
const ansi = /\u001b\[[0-9;]*m/g;
const cellFrame = /\b(cell-\d+\.ts):(\d+):(\d+)/;

/** @param ownFiles marks of the kernel's own files, whose frames nobody wants to see. */
export function reportError(error: unknown, sources: CellSources, ownFiles: readonly string[]): ErrorReport {
  try {
    return error instanceof Error ? reportOfError(error, sources, ownFiles) : reportOfValue(error);
  } catch {
    // Whatever was thrown throws again when it is looked at. A cell must come to its end all the same.
    const evalue = 'Something was thrown that can’t be shown.';
    return { ename: 'Error', evalue, traceback: [`Uncaught: ${evalue}`] };
  }
}

function reportOfValue(value: unknown): ErrorReport {
  const evalue = inspect(value, { depth: 3 });
  return { ename: 'Error', evalue, traceback: [`Uncaught ${inspect(value, { depth: 3, colors: true })}`] };
}

function reportOfError(error: Error, sources: CellSources, ownFiles: readonly string[]): ErrorReport {
  const ename = nameOf(error);
  if (error instanceof CellSyntaxError) {
    return { ename, evalue: error.message, traceback: (error.stack ?? '').split('\n').map(coloured) };
  }
  if (typeof error.stack !== 'string') {
    return { ename, evalue: String(error.message), traceback: [`${ename}: ${String(error.message)}`] };
  }
  const restore = cleanStacks(error, ownFiles);
  let text: string;
  try {
    text = inspect(error, { colors: true, depth: 4, maxArrayLength: 50, maxStringLength: 4000 });
  } finally {
    restore();
  }
  const lines = text.split('\n');
  const traceback = [...excerpt(lines, sources), ...lines.map((line) => line.replace(cellFrame, '$1:$2'))];
  return { ename, evalue: String(error.message), traceback };
}

/** `code [E…]` is how Node prints errors of its own. */
function nameOf(error: Error): string {
  const { name } = error;
  const constructor = (error as { constructor?: { name?: unknown } }).constructor?.name;
  return name === 'Error' && typeof constructor === 'string' && constructor !== '' ? constructor : String(name);
}

function excerpt(lines: readonly string[], sources: CellSources): string[] {
  for (const line of lines) {
    const match = cellFrame.exec(line.replace(ansi, ''));
    if (match === null) continue;
    const [, file = '', number = ''] = match;
    const source = sources.get(file)?.split('\n');
    const at = Number(number);
    if (source?.[at - 1] === undefined) return [];
    const first = Math.max(1, at - 1);
    const shown = source.slice(first - 1, at + 1).map((text, index) => {
      const current = first + index;
      const row = `${String(current).padStart(4)} | ${text}`;
      return current === at ? `\u001b[31m>\u001b[39m${row}` : `\u001b[90m ${row}\u001b[39m`;
    });
    return [`\u001b[90m${file}\u001b[39m`, ...shown, ''];
  }
  return [];
}

function coloured(line: string, index: number): string {
  return index === 0 || line.startsWith('>') ? `\u001b[31m${line}\u001b[39m` : line;
}
