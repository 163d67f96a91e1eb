/**
 * An error as its cell shows it: the line that it came from, class and message, the stack down to the user's own lines,
 * causes and own fields as Node prints them. Never more than can be read.
 */
import { inspect } from 'node:util';
import type { ErrorReport } from '../channel/messages.js';
import { adviceOn } from '../cells/import-error.js';
import { CellSyntaxError } from '../cells/typescript.js';
import { bounded } from './bounded.js';
import { inUsersWords } from './users-words.js';

/** The text of what the user wrote, by the file name that stacks show: a cell, a module of his own. */
export type SourceOf = (file: string) => string | undefined;

// eslint-disable-next-line no-control-regex -- ANSI sequences begin with one
const ansi = /\u001b\[[0-9;]*m/g;
const isFrame = /^\s+at /;
const place = /(?:^|[\s(])(\/[^():]+\.[cm]?tsx?|[\w-]+\.ts):(\d+)(?::\d+)?\)?,?(?: \{)?$/;

const EVALUE_MAX = 10_000;
const LINE_MAX = 2_000;
const TRACEBACK_MAX = 60_000;
const ENAME_MAX = 200;

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
/** Not gray: JupyterLab shows that as black, which can't be read in its dark themes. */
const faint = (text: string): string => `\u001b[2m${text}\u001b[22m`;

export function reportError(error: unknown, sourceOf: SourceOf): ErrorReport {
  try {
    const { ename, evalue, traceback } = error instanceof Error ? reportOfError(error, sourceOf) : reportOfValue(error);
    const lines = traceback.map((line) => bounded(line, LINE_MAX));
    return {
      ename: bounded(ename, ENAME_MAX),
      evalue: bounded(evalue, EVALUE_MAX),
      traceback: bounded(lines.join('\n'), TRACEBACK_MAX).split('\n'),
    };
  } catch {
    // Whatever was thrown throws again when it is looked at. A cell must come to its end all the same.
    const evalue = 'Something was thrown that can’t be shown.';
    return { ename: 'Error', evalue, traceback: [`${red('Uncaught')}: ${evalue}`] };
  }
}

/** What is thrown without being an error has no stack: nobody knows where it came from. */
function reportOfValue(value: unknown): ErrorReport {
  const text = (colors: boolean): string =>
    inUsersWords(inspect(value, { ...{ depth: 3, colors, maxStringLength: EVALUE_MAX } }));
  const evalue = typeof value === 'string' ? value.slice(0, EVALUE_MAX + 1) : text(false);
  return { ename: 'Uncaught', evalue, traceback: `${red('Uncaught')} ${text(true)}`.split('\n') };
}

function reportOfError(error: Error, sourceOf: SourceOf): ErrorReport {
  const ename = nameOf(error);
  const evalue = inUsersWords(String(error.message).slice(0, EVALUE_MAX + 1));
  if (error instanceof CellSyntaxError) {
    return { ename, evalue, traceback: asWritten((error.stack ?? '').split('\n'), sourceOf).map(colouredSyntax) };
  }
  if (typeof error.stack !== 'string') return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`] };
  const text = inspected(shownOf(error), error.stack);
  const lines = inUsersWords(withoutBrackets(text.slice(0, 2 * TRACEBACK_MAX), error.stack)).split('\n');
  const advice = adviceOn(error);
  const last = advice === undefined ? [] : ['', advice];
  return { ename, evalue, traceback: [...excerpt(lines, sourceOf), ...coloured(lines, ename), ...last] };
}

/** Where something that the error holds can't be shown, its stack can. */
function inspected(error: Error, stack: string): string {
  try {
    return inspect(error, { colors: true, depth: 4, maxArrayLength: 50, maxStringLength: 4000 });
  } catch {
    return stack;
  }
}

/** `code [E…]` is how Node prints errors of its own. */
function nameOf(error: Error): string {
  const { name } = error;
  const constructor = (error as { constructor?: { name?: unknown } }).constructor?.name;
  return name === 'Error' && typeof constructor === 'string' && constructor !== '' ? constructor : String(name);
}

/** Covey's own errors say all in their message: their code and data are for programs. */
function shownOf(error: Error): Error {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('ERR_COVEY_')) return error;
  const { stack, cause } = error;
  const fields = { stack: { value: stack }, ...(cause === undefined ? {} : { cause: { value: cause } }) };
  return Object.create(Object.getPrototypeOf(error) as object, fields) as Error;
}

/** Node puts errors without frames into brackets, which read as if something were wrong with them. */
function withoutBrackets(text: string, stack: string): string {
  return text.startsWith(`[${stack}]`) ? stack + text.slice(stack.length + 2) : text;
}

/** The line of the innermost frame that the user wrote, between its neighbours. */
function excerpt(lines: readonly string[], sourceOf: SourceOf): string[] {
  for (const line of lines) {
    if (!isFrame.test(line)) continue;
    const [, file, number = ''] = place.exec(line.replace(ansi, '')) ?? [];
    const source = file === undefined ? undefined : sourceOf(file)?.split('\n');
    if (file === undefined || source === undefined) continue;
    const at = Number(number);
    if (source[at - 1] === undefined) return [];
    const first = Math.max(1, at - 1);
    const shown = source.slice(first - 1, at + 1).map((text, index) => {
      const current = first + index;
      const row = `${String(current).padStart(4)} | ${text}`;
      return current === at ? `${red('>')}${row}` : faint(` ${row}`);
    });
    return [faint(file), ...shown, ''];
  }
  return [];
}

/** The lines around a syntax error, as they stand in their file: what the compiler was given may differ a little. */
function asWritten(lines: readonly string[], sourceOf: SourceOf): string[] {
  const file = lines.find((line) => isFrame.test(line))?.replace(/^\s+at |:\d+:\d+$/g, '');
  const source = file === undefined ? undefined : sourceOf(file)?.split('\n');
  return lines.map((line) =>
    line.replace(/^([> ] +(\d+) \| ).*$/, (row, start: string, at: string) => {
      const written = source?.[Number(at) - 1];
      return written === undefined ? row : start + written;
    }),
  );
}

/** The class stands out, and frames stand back. */
function coloured(lines: readonly string[], ename: string): string[] {
  return lines.map((line, index) => {
    if (index === 0 && line.startsWith(ename)) return red(ename) + line.slice(ename.length);
    return /^ {4}at /.test(line) && !line.includes('\u001b') ? faint(line) : line;
  });
}

function colouredSyntax(line: string, index: number): string {
  if (index === 0) return line.replace(/^\w+/, red);
  if (line.startsWith('>')) return `${red('>')}${line.slice(1)}`;
  return isFrame.test(line) ? faint(line) : line.replace(/\^+$/, red);
}
