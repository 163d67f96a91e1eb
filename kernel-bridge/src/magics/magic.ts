/**
 * Magics: what a cell can ask of the kernel instead of running TypeScript. A line magic is one line, a cell magic
 * (`%%name`) takes the cell below it.
 */
import type { NotebookScope } from '../cells/notebook-scope.js';
import type { Output } from '../execution/output.js';

export interface MagicContext {
  readonly scope: NotebookScope;
  readonly output: Output;
  /** The notebook's folder. */
  readonly folder: string;
  /** Compiles code into what runs it once, with the notebook's variables. */
  readonly compile: (code: string) => () => unknown;
  /** Runs the cell on the cluster. */
  readonly submit: (name: string | undefined) => Promise<void>;
  /** Text for the front end's pager. */
  readonly page: (text: string) => void;
}

export interface MagicCall {
  /** What follows the name on its line. */
  readonly line: string;
  /** The rest of the cell; nothing for a line magic. */
  readonly body: string | undefined;
}

export interface Magic {
  readonly name: string;
  /** Shown by `%help`: how it is written, and what it does. */
  readonly usage: string;
  readonly summary: string;
  readonly takesLine: boolean;
  readonly takesCell: boolean;
  /** Nothing stands behind its name, but for a comment. */
  readonly isBare?: boolean;
  /** What may come first behind its name. */
  readonly words?: readonly string[];
  /** Behind its name comes TypeScript, when it stands on one line. */
  readonly takesExpression?: boolean;
  /** What it returns is the cell's result. */
  readonly run: (call: MagicCall, context: MagicContext) => unknown;
}

/** A cell asks for a magic that isn't there, or in a way that it doesn't know. */
export class MagicError extends Error {
  override readonly name = 'MagicError';
  readonly code = 'ERR_COVEY_MAGIC';
}

export interface ParsedMagic extends MagicCall {
  readonly name: string;
}

/** The magic that a cell begins with. */
export function parseMagic(code: string): ParsedMagic | undefined {
  const match = /^\s*(%%?)([A-Za-z]\w*)(?:[ \t]+([^\n]*))?(?:\n([^]*))?$/.exec(code);
  if (match === null) return undefined;
  const [, marks = '', name = '', line = '', body = ''] = match;
  if (marks === '%%') return { name, line: line.trim(), body };
  if (body.trim() !== '') throw new MagicError(`%${name} stands alone in its cell; put what follows it into another.`);
  return { name, line: line.trim(), body: undefined };
}
