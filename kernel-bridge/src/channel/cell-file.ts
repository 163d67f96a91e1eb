/**
 * The name under which a cell's code runs, in stacks and for the debugger.
 */
export function cellFile(count: number): string {
  return `cell-${count}.ts`;
}
