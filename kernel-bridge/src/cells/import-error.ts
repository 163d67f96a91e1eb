/**
 * Why an `import` of a cell failed, in the words of who wrote it: Node's own speak of its loader, and of a file that the
 * notebook isn't.
 */
import { inspect } from 'node:util';
import { addFrames } from './added-frames.js';

/** A module that a cell imports can't be had. Its stack is the line of the import. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly code = 'ERR_COVEY_IMPORT';
}

/** A specifier of a package: its name is before the path in it. */
const packageName = /^(?:@[^/\s]+\/)?[^./\s:@][^/\s:@]*/;

/** Who imports: a cell of the notebook, or a module of the user's own. */
export interface Importer {
  /** That Node takes it for. */
  readonly file: string;
  readonly name: string;
}

/** What is wrong with the import; nothing when the module was found, and failed by itself. */
export function importProblem(specifier: string, error: unknown, importer: Importer): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (specifier.endsWith('.json') && error instanceof SyntaxError) return `'${specifier}' is no JSON: ${error.message}`;
  const [scheme] = /^[a-z]+:/.exec(specifier) ?? [];
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ERR_UNSUPPORTED_ESM_URL_SCHEME':
      return ofScheme(specifier, scheme ?? '', error);
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      return missing(specifier, error, importer);
    default:
      return isOfLoader(error) ? withoutImporter(error.message, importer.file) : undefined;
  }
}

function ofScheme(specifier: string, scheme: string, error: Error): string {
  if (scheme === 'npm:' || scheme === 'jsr:') {
    const name = packageName.exec(specifier.slice(scheme.length))?.[0] ?? '';
    return `Node.js imports packages by their name: import … from '${name}'; install it by %npm install ${name}`;
  }
  if (scheme === 'https:' || scheme === 'http:') {
    return `Node.js imports nothing from the web ('${specifier}'): install the package by %npm install NAME, or save the file beside the notebook.`;
  }
  return error.message;
}

/** By what it says is missing: it may be what was imported, or something that this imports itself. */
function missing(specifier: string, error: Error, { file, name: importer }: Importer): string {
  const [, culprit = specifier] = /^Cannot find (?:module|package) '([^']+)'/.exec(error.message) ?? [];
  const isDirect = error.message.includes(`imported from ${file}`) || error.message.includes(`- ${file}`);
  if (/^(?:\.{1,2}\/|\/|file:)/.test(isDirect ? specifier : culprit)) {
    return isDirect ? `There is no file ${inspect(specifier)} beside ${importer}.` : firstLine(error);
  }
  const name = packageName.exec(isDirect ? specifier : culprit)?.[0] ?? specifier;
  const what = isDirect ? `There is no package '${name}' here` : firstLine(error);
  return `${what}: install it by %npm install ${name}`;
}

/** Made by Node while it looked for the module: code in one has frames of its file. Those of the cell that imports don't count. */
function isOfLoader(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('ERR_') && !/^\s+at .*\//m.test(error.stack ?? '');
}

function withoutImporter(message: string, importer: string): string {
  return message.replace(` imported from ${importer}`, '');
}

function firstLine({ message }: Error): string {
  return message.split('\n', 1)[0] ?? '';
}

/** What to do about a module that isn't there, for errors that code got by `import()` or `require`. */
export function adviceOn(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  const [, culprit = ''] = /^Cannot find (?:module|package) '([^']+)'/.exec(error.message) ?? [];
  const name = packageName.exec(culprit)?.[0];
  return name === undefined ? undefined : `Install it by %npm install ${name}`;
}

/**
 * The error of an import that failed, with the line of the import.
 * @param frames of who imports: lines of a stack.
 */
export function failedImport(error: unknown, specifier: string, importer: Importer, frames: string): unknown {
  const problem = importProblem(specifier, error, importer);
  return problem === undefined ? addFrames(error, frames) : importError(problem, frames);
}

export function importError(problem: string, frames: string): ImportError {
  const failed = new ImportError(problem);
  failed.stack = `${failed.name}: ${problem}\n${frames}`;
  return failed;
}

export function noSuchExport(specifier: string, name: string): string {
  return `'${specifier}' exports no '${name}' (or it is a type, which has no value)`;
}
