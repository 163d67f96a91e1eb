/**
 * `import()` of what may be the notebook's own TypeScript, which Node can't load, or loads only once. Each such call asks
 * first whoever loads these modules (`importModule` of the runtime helpers); what else it means, and what it means on a worker,
 * stays Node's own `import()` of the file where it stands.
 */
import type { Edits } from './edits.js';
import type { PrintedCode } from './printed-code.js';
import { childrenOf } from './syntax-tree.js';
import type { AnyNode } from './syntax-tree.js';

/** The function around Node's own `import()`: no frame of the user's. */
export const NATIVE_IMPORT = '$import';

/**
 * @param helpers JavaScript that gives the runtime helpers.
 * @param importer JavaScript that gives the path of the file; undefined for a cell.
 */
export function rewriteDynamicImports(
  { code, program }: PrintedCode,
  edits: Edits,
  helpers: string,
  importer: string | undefined,
): void {
  if (/\bimport\b/.test(code)) visit(program);

  function visit(node: AnyNode): void {
    if (node.type === 'ImportExpression' && !isOfPackage(node.source)) {
      const native = `function ${NATIVE_IMPORT}($specifier, $options) { return import($specifier, $options) }`;
      edits.replace(node.start, node.source.start, `${helpers}.importModule(${native}, ${importer ?? 'undefined'}, `);
    }
    for (const child of childrenOf(node)) visit(child);
  }
}

/** It says so itself; of what is only known when it runs, anything may come. `covey` may be the kernel's. */
function isOfPackage(source: AnyNode): boolean {
  if (source.type !== 'Literal' || typeof source.value !== 'string') return false;
  return /^(?!file:|covey$)[\w@]/.test(source.value);
}
