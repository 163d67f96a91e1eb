/**
 * Makes a TypeScript module of the user's own into one asynchronous function, so that it can be loaded again when its
 * file changed, which no module system allows. Its top-level variables stay variables, exports are getters over them,
 * and imports are read from their namespaces at each use, as in any module.
 */
import type { ImportDeclaration } from 'acorn';
import { rewriteDynamicImports } from './dynamic-import.js';
import { Edits } from './edits.js';
import { namesOfCell } from './names.js';
import { HELPERS } from './runtime-helpers.js';
import { childrenOf, namesIn } from './syntax-tree.js';
import type { AnyNode } from './syntax-tree.js';
import { toJavaScript } from './typescript.js';
import { rewriteUsing } from './using.js';

/** What the function is called with: where exports go, the imported namespaces in order, and `import.meta`; and what compiled code calls. */
export const MODULE_PARAMETERS = ['$export', '$imports', '$meta', HELPERS] as const;

export interface CompiledModule {
  /** An expression; one line longer than the module, at its beginning. */
  readonly code: string;
  /** What is behind `$imports`. */
  readonly imports: readonly ModuleImport[];
}

export interface ModuleImport {
  readonly specifier: string;
  readonly line: number;
  /** What the module uses of it by name: all else that it imports, or passes on, may be types. */
  readonly names: readonly string[];
}

/** @throws {CellSyntaxError} */
export function compileModule(source: string, file: string): CompiledModule {
  const printed = toJavaScript(source, file);
  const { program } = printed;
  const { uses } = namesOfCell(printed);
  const isUsed = new Set(uses.map(({ name }) => name));
  const edits = new Edits();
  const imports: ModuleImport[] = [];
  const bindings = new Map<string, string>();
  const exported: string[] = [];
  const from = (
    { source, start }: { source: { value?: unknown }; start: number },
    names: readonly string[] = [],
  ): string => {
    const line = printed.map.placeOf(start).line + 1;
    return `$imports[${imports.push({ specifier: String(source.value), line, names }) - 1}]`;
  };
  const getter = (name: string, expression: string): void => {
    exported.push(`${JSON.stringify(name)}: () => ${expression}`);
  };
  for (const node of childrenOf(program)) {
    switch (node.type) {
      case 'ImportDeclaration': {
        const used = node.specifiers.filter(({ local }) => isUsed.has(local.name)).map(importedName);
        const namespace = from(
          node,
          used.filter((name) => name !== '*'),
        );
        for (const specifier of node.specifiers) {
          const name = importedName(specifier);
          bindings.set(specifier.local.name, name === '*' ? namespace : `${namespace}[${JSON.stringify(name)}]`);
        }
        edits.remove(node.start, node.end);
        break;
      }
      case 'ExportAllDeclaration': {
        const namespace = from(node);
        if (node.exported == null) exported.push(`...$export.all(${namespace})`);
        else getter(nameOf(node.exported), namespace);
        edits.remove(node.start, node.end);
        break;
      }
      case 'ExportNamedDeclaration':
        if (node.declaration != null) {
          for (const name of declaredBy(node.declaration)) getter(name, name);
          edits.remove(node.start, node.declaration.start);
        } else {
          const namespace = node.source == null ? undefined : from({ source: node.source, start: node.start });
          for (const { local, exported: name } of node.specifiers) {
            const inside = nameOf(local);
            const expression =
              namespace === undefined ? (bindings.get(inside) ?? inside) : `${namespace}[${JSON.stringify(inside)}]`;
            getter(nameOf(name), expression);
          }
          edits.remove(node.start, node.end);
        }
        break;
      case 'ExportDefaultDeclaration': {
        const { declaration } = node;
        const isNamed =
          (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
          declaration.id !== null;
        if (isNamed) getter('default', declaration.id?.name ?? '');
        else getter('default', '$default');
        edits.replace(node.start, declaration.start, isNamed ? '' : 'const $default = ');
        break;
      }
      default:
    }
  }
  for (const { name, start, end, form } of uses) {
    const binding = bindings.get(name);
    if (binding === undefined) continue;
    const text = form === 'callee' ? `(0, ${binding})` : form === 'shorthand' ? `${name}: ${binding}` : binding;
    edits.replace(start, end, text);
  }
  replaceImportMeta(program, edits);
  rewriteDynamicImports(printed, edits, HELPERS, '$meta.filename');
  const { before, after } = rewriteUsing(printed, edits, HELPERS, 'const');
  const head = `(async function (${MODULE_PARAMETERS.join(', ')}) { 'use strict';${before}`;
  // On the module's first line: of code before a script's first line V8 tells nothing, so the getters could not travel.
  const exporting = `$export({ ${exported.join(', ')} }); `;
  return { code: `${head}\n${exporting}${printed.onSourceLines(edits)}\n${after}})`, imports };
}

function importedName(specifier: ImportDeclaration['specifiers'][number]): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier.imported);
}

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

function declaredBy(node: AnyNode): string[] {
  if (node.type === 'VariableDeclaration') return node.declarations.flatMap(({ id }) => namesIn(id));
  return 'id' in node && node.id?.type === 'Identifier' ? [node.id.name] : [];
}

function replaceImportMeta(node: AnyNode, edits: Edits): void {
  for (const child of childrenOf(node)) {
    if (child.type === 'MetaProperty' && child.meta.name === 'import') edits.replace(child.start, child.end, '$meta');
    else replaceImportMeta(child, edits);
  }
}
