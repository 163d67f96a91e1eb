/**
 * TypeScript to JavaScript for cells and the modules that they import, by `oxc-transform`: it is loaded in 5 ms and
 * compiles a cell in a fraction of one, where `typescript` itself needs 300 ms and 90 MB to load. It checks no types.
 */
import { transformSync } from 'oxc-transform';
import type { HelperMode } from 'oxc-transform';
import { PrintedCode } from './printed-code.js';
import { SourceMap, placeAt } from './source-map.js';
import type { Place } from './source-map.js';

/** The text is not TypeScript. Its stack is the place and the lines around it. */
export class CellSyntaxError extends SyntaxError {
  override readonly name = 'SyntaxError';
  constructor(
    message: string,
    readonly frame: string,
  ) {
    super(message);
    this.stack = `SyntaxError: ${message}${frame === '' ? '' : `\n${frame}`}`;
  }
}

/** @throws {CellSyntaxError} */
export function toJavaScript(code: string, file: string): PrintedCode {
  // For a shell; in what is made of a cell it would not stand first.
  const result = transformSync(file, code.replace(/^#!/, '//'), {
    lang: 'ts',
    sourceType: 'module',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true, rewriteImportExtensions: false },
    decorator: { legacy: true },
    helpers: { mode: 'External' as HelperMode },
  });
  const [error] = result.errors.filter(isError);
  if (error !== undefined) {
    const [label] = error.labels;
    throw new CellSyntaxError(
      isJsx(code) ? noJsx : error.message,
      label === undefined ? '' : frameOf(code, file, placeAt(code, label.start)),
    );
  }
  // Each look at a result's text makes the text anew.
  const printed = result.code;
  const map = new SourceMap(printed, result.map?.mappings ?? '');
  try {
    return new PrintedCode(printed, map, code);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const isDecorator = printed[positionOf(error)] === '@';
    const message = isDecorator ? noDecorator : error.message.replace(/ \(\d+:\d+\)$/, '');
    throw new CellSyntaxError(message, frameOf(code, file, map.placeOf(positionOf(error))));
  }
}

const noJsx =
  'JSX is not compiled: cells are TypeScript without it. Write calls in its place, such as createElement(…).';
const noDecorator = 'Decorators stand before classes that are declared, and before what is in them.';

function isJsx(code: string): boolean {
  return !transformSync('cell.tsx', code, { lang: 'tsx', sourceType: 'module' }).errors.some(isError);
}

/** Of acorn's errors. */
function positionOf(error: SyntaxError): number {
  return (error as { pos?: number }).pos ?? 0;
}

/** Warnings and advice are no reason not to run a cell. */
export function isError({ severity }: { readonly severity: string }): boolean {
  return severity === 'Error';
}

/** The line of a place in the source, two before it, and a mark. */
export function frameOf(source: string, file: string, place: Place): string {
  const line = place.line + 1;
  const column = place.column + 1;
  const lines = source.split('\n');
  const width = String(line).length;
  const shown = lines.slice(Math.max(0, line - 3), line).map((text, index, all) => {
    const number = line - all.length + 1 + index;
    return `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`;
  });
  return [`    at ${file}:${line}:${column}`, '', ...shown, `  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`].join(
    '\n',
  );
}
