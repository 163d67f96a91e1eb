/**
 * `using` and `await using` in the syntax of every Node: what a block declares so is given to a holder, which disposes of it
 * when the block is left, in whichever way. Everything stays where it was written.
 */
import type { Edits } from './edits.js';
import type { PrintedCode } from './printed-code.js';
import { childrenOf } from './syntax-tree.js';
import type { AnyNode } from './syntax-tree.js';

/** What stands around the top level of code that declares something by `using` there. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

type Declaration = Extract<AnyNode, { type: 'VariableDeclaration' }>;

const HOLDER = '$using';
const ITEM = '$item';

/**
 * @param helpers JavaScript that gives the runtime helpers.
 * @param keyword of the declarations at the top; without it, the caller declares them.
 */
export function rewriteUsing(printed: PrintedCode, edits: Edits, helpers: string, keyword?: string): Around {
  const { code, program } = printed;
  if (!code.includes('using')) return { before: '', after: '' };
  const rewriter = new UsingRewriter(code, edits, helpers);
  rewriter.visit(program, program);
  const held = rewriter.declared(program);
  for (const declaration of held) rewriter.hold(declaration, keyword);
  return held.length === 0 ? { before: '', after: '' } : rewriter.around(held);
}

class UsingRewriter {
  readonly #code: string;
  readonly #edits: Edits;
  readonly #helpers: string;

  constructor(code: string, edits: Edits, helpers: string) {
    this.#code = code;
    this.#edits = edits;
    this.#helpers = helpers;
  }

  /** @param statement where the statement begins that the node is, with its labels. */
  visit(node: AnyNode, statement: AnyNode): void {
    switch (node.type) {
      case 'BlockStatement':
      case 'StaticBlock':
        this.#block(node);
        break;
      case 'ForOfStatement':
        if (isUsing(node.left)) this.#forOf(node, node.left);
        break;
      case 'ForStatement':
        if (isUsing(node.init)) this.#for(statement, node.init);
        break;
      default:
    }
    for (const child of childrenOf(node)) this.visit(child, node.type === 'LabeledStatement' ? statement : child);
  }

  /** What is declared by `using` right in a block. */
  declared(block: AnyNode): Declaration[] {
    return [...childrenOf(block)].filter(isUsing);
  }

  around(held: readonly Declaration[]): Around {
    const end = held.some(isAwaited) ? `await ${HOLDER}.endAsync()` : `${HOLDER}.end()`;
    return {
      before: ` const ${HOLDER} = ${this.#helpers}.using(); try { `,
      after: ` } catch ($error) { ${HOLDER}.fail($error); } finally { ${end}; } `,
    };
  }

  hold(declaration: Declaration, keyword = ''): void {
    const [first] = declaration.declarations;
    if (first !== undefined && keyword !== '') this.#edits.replace(declaration.start, first.start, `${keyword} `);
    for (const { init } of declaration.declarations) {
      if (init == null) continue;
      this.#edits.insert(init.start, `${HOLDER}.use(`);
      this.#edits.insert(init.end, isAwaited(declaration) ? ', true)' : ')');
    }
  }

  #block(block: AnyNode): void {
    const held = this.declared(block);
    if (held.length === 0) return;
    const { before, after } = this.around(held);
    this.#edits.insert(this.#code.indexOf('{', block.start) + 1, before);
    for (const declaration of held) this.hold(declaration, 'const');
    this.#edits.insert(block.end - 1, after);
  }

  #forOf({ body }: Extract<AnyNode, { type: 'ForOfStatement' }>, left: Declaration): void {
    const [declarator] = left.declarations;
    if (declarator === undefined) return;
    const name = this.#code.slice(declarator.start, declarator.end);
    const { before, after } = this.around([left]);
    this.#edits.replace(left.start, left.end, `const ${ITEM}`);
    const use = `const ${name} = ${HOLDER}.use(${ITEM}${isAwaited(left) ? ', true' : ''}); `;
    this.#edits.insert(body.start, `{${before}${use}`);
    this.#edits.insert(body.end, `${after}}`);
  }

  #for(statement: AnyNode, init: Declaration): void {
    const { before, after } = this.around([init]);
    this.#edits.insert(statement.start, `{${before}`);
    this.hold(init, 'const');
    this.#edits.insert(statement.end, `${after}}`);
  }
}

function isUsing(node: AnyNode | null | undefined): node is Declaration {
  return node?.type === 'VariableDeclaration' && (node.kind === 'using' || isAwaited(node));
}

function isAwaited({ kind }: Declaration): boolean {
  return kind === 'await using';
}
