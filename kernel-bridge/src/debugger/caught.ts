/**
 * Whether a `try` with a `catch` stands around a place in a script, within the function of that place. The engine's own
 * guess is of no use for cells: the kernel catches all that they throw.
 */
import { childrenOf, isFunction, parseModule } from '../cells/syntax-tree.js';
import type { AnyNode } from '../cells/syntax-tree.js';

/** @param line from 0, of the script's text. */
export function isCaughtAt(source: string, line: number, column: number): boolean {
  let program: AnyNode;
  try {
    program = parseModule(source);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
  let position = column;
  for (const text of source.split('\n').slice(0, line)) position += text.length + 1;
  let isCaught = false;
  for (let node: AnyNode | undefined = program; node !== undefined;) {
    if (isFunction(node)) isCaught = false;
    const next: AnyNode | undefined = [...childrenOf(node)].find(
      ({ start, end }) => start <= position && position < end,
    );
    if (node.type === 'TryStatement' && node.handler != null && next === node.block) isCaught = true;
    node = next;
  }
  return isCaught;
}
