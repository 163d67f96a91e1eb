/**
 * Runs cells that nobody sees, in a notebook of their own, while the kernel has nothing to do: what runs for the first time
 * is loaded and compiled first, and the first cell of a person needn't be the one that waits for it.
 */
import { NotebookScope } from '../cells/notebook-scope.js';
import { compileCell } from '../cells/compile-cell.js';
import { createRingMemory, RingWriter } from '../channel/output-ring.js';
import { Displays } from '../display/display.js';
import { CellRunner } from './cell-runner.js';
import type { CellRunnerOptions } from './cell-runner.js';
import { Output } from './output.js';

export function rehearse(options: CellRunnerOptions): void {
  const nothing = (): void => undefined;
  const output = new Output(new RingWriter(createRingMemory(), nothing), options.builtins);
  const scope = new NotebookScope();
  const runner = new CellRunner({ ...options, scope, output, displays: new Displays(output, nothing, nothing) });
  const rest = { messageId: '', silent: false, allowStdin: false, userExpressions: {} };
  const covey = { cellId: undefined, notebook: undefined, cluster: undefined, submit: false, name: undefined };
  for (const code of [
    'const a: number = 1;\nfunction f(x: string) { return `${x}`; }\n({ a, b: [f("b")] })',
    'a + 1',
  ]) {
    runner.execute({ type: 'execute', id: 1, count: 0, code, ...rest, covey });
  }
  compileCell('await f(a);', 'rehearsal.ts', (name) => scope.isVariable(name));
}
