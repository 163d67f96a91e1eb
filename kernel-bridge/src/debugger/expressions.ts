/**
 * What a person types at a breakpoint, compiled as a cell would be: TypeScript, over the notebook's variables. Where the
 * function that is paused has a variable of that name, it is meant.
 */
import { compileCell } from '../cells/compile-cell.js';
import { notebookExpression } from './notebook-variables.js';

/**
 * @param locals names that the paused code can see.
 * @param variables names of the notebook's.
 * @returns one JavaScript expression.
 * @throws {CellSyntaxError}
 */
export function compileExpression(source: string, locals: ReadonlySet<string>, variables: ReadonlySet<string>): string {
  const isVariable = (name: string): boolean => !locals.has(name) && variables.has(name);
  const { code, declared } = compileCell(source, 'expression.ts', isVariable);
  const fresh = declared.filter((name) => !variables.has(name));
  const declare = fresh
    .map((name) => `Object.defineProperty(nb, ${JSON.stringify(name)}, { value: undefined, ${open} }),`)
    .join(' ');
  // In a constructor there may be no `this` yet; who doesn't ask for it shall not fail of it.
  const self = /\bthis\b/.test(source) ? 'this' : 'undefined';
  return `((nb, self) => (${declare} ${code}.call(self, nb, { wait: (x) => x, meta: {}, ${constant} })))(${notebookExpression}, ${self})`;
}

const open = 'writable: true, enumerable: true, configurable: true';
/** At a breakpoint one may assign to what is constant in its cell. */
const constant = 'constant: (name) => ({ get value() { return nb[name] }, set value(to) { nb[name] = to } })';
