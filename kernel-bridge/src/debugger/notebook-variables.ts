/**
 * The place where the debugger, which looks at the main thread from outside, finds the notebook's variables.
 */
const KEY = 'covey.kernel.variables';

/** JavaScript that gives the object whose properties the variables are. */
export const notebookExpression = `globalThis[Symbol.for(${JSON.stringify(KEY)})]`;

/** On the main thread, once. */
export function exposeVariables(variables: object): void {
  Object.defineProperty(globalThis, Symbol.for(KEY), { value: variables, enumerable: false });
}
