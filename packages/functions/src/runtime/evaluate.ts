/**
 * Function text to factories. The text is compiled once per thread and content, under the file name and at the line and
 * column where the user wrote it. Each call of the factory gives a fresh closure over fresh variables.
 */
import { Script } from 'node:vm';
import { helper, wrapperStart } from '../capture/rewrite.js';
import { functionFlag } from '../wire/function-format.js';

export interface FunctionCode {
  readonly code: string;
  readonly kind: 'expression' | 'method' | 'get' | 'set' | 'class' | 'classMember';
  readonly flags: number;
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly isDerived: boolean;
  readonly ownName: string;
  readonly usesImports: boolean;
  /** Names of the variables around it, those needed at once first. */
  readonly eager: readonly string[];
  readonly variables: readonly string[];
}

export interface Surroundings {
  readonly superclass: unknown;
  /** The `this` of an arrow that a class made for its instance. */
  readonly self: unknown;
  /** Computed names of methods, in the order of the text. */
  readonly keys: readonly unknown[];
  readonly hooks: object;
  readonly raw: object;
  readonly importFunction: unknown;
  readonly meta: unknown;
  readonly eager: readonly unknown[];
}

export interface Instantiated {
  /** The function, or for members of objects the object that has it. */
  readonly value: unknown;
  /** Sets the variables around it, in the order of `variables`. */
  readonly set: ((values: readonly unknown[]) => void) | undefined;
}

type Factory = (surroundings: Surroundings) => Instantiated;

const factories = new Map<string, Factory>();
const maximumFactories = 10_000;
/** A column up to which blanks are cheap. */
const FAR_RIGHT = 1000;

export function factoryOf(code: FunctionCode): Factory {
  const { before, after } = wrapperOf(code);
  const key = `${code.url}:${code.line}:${code.column}\n${before}${code.code}${after}`;
  let factory = factories.get(key);
  if (factory === undefined) {
    factory = compile(code, before, after);
    const oldest = factories.size >= maximumFactories ? factories.keys().next().value : undefined;
    if (oldest !== undefined) factories.delete(oldest);
    factories.set(key, factory);
  }
  return factory;
}

function compile(code: FunctionCode, before: string, after: string): Factory {
  const filename = code.url === '' ? 'covey:function' : code.url;
  // Far to the right (loaders put whole modules on one line) the wrapper fits before it on the line itself.
  const script =
    code.column > Math.max(FAR_RIGHT, before.length)
      ? new Script(`${before}${code.code}\n${after}`, {
          filename,
          lineOffset: code.line,
          columnOffset: code.column - before.length,
        })
      : // Else the text begins on a line of its own behind as many blanks as it was indented: positions need no further care.
        new Script(`${before}\n${' '.repeat(Math.min(code.column, FAR_RIGHT))}${code.code}\n${after}`, {
          filename,
          lineOffset: code.line - 1,
        });
  return script.runInThisContext() as Factory;
}

function wrapperOf(code: FunctionCode): { before: string; after: string } {
  const { kind, flags, variables, eager } = code;
  const strict = (flags & functionFlag.sloppy) === 0 ? '"use strict";' : '';
  const late = variables.filter((name) => !eager.includes(name));
  const own = (flags & functionFlag.declaration) !== 0 ? code.ownName : undefined;
  const declared = late.filter((name) => name !== own);
  const head =
    `${wrapperStart},self:$covey$self,keys:${helper.keys},hooks:${helper.hooks},raw:${helper.raw},` +
    `importFunction:${helper.importFunction},meta:${helper.importMeta},eager:[${eager.join(',')}]}){` +
    // A directive is not allowed in a function with a parameter pattern.
    `return (function(){${strict}${declared.length > 0 ? `let ${declared.join(',')};` : ''}`;
  const set = late.length > 0 ? `($covey$v)=>{[${late.join(',')}]=$covey$v}` : 'undefined';
  const tail = `}).call($covey$self)})`;
  if (own !== undefined) return { before: head, after: `;return{value:${own},set:${set}}${tail}` };
  const [open, close] =
    kind === 'expression' || kind === 'class' ? ['(', ')'] : kind === 'classMember' ? ['(class{', '})'] : ['({', '})'];
  return { before: `${head}const $covey$f=${open}`, after: `${close};return{value:$covey$f,set:${set}}${tail}` };
}
