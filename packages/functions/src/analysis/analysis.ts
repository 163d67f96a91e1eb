/**
 * All that can be known about a function from its text alone. It is the same for every closure made of that text, so it
 * is kept by text; values never are.
 */
import { constructorIn, shapeOfClass } from './class-shape.js';
import type { ClassShape, Range } from './class-shape.js';
import { findFreeNames } from './free-names.js';
import type { FreeNames } from './free-names.js';
import { isClass, parseFunction } from './parse-function.js';
import type { Embedding, ParsedFunction } from './parse-function.js';

export interface Analysis {
  readonly text: string;
  readonly kind: 'function' | 'arrow' | 'method' | 'class';
  readonly embedding: Embedding;
  /** Its own name, when the text gives it one. */
  readonly ownName: string | undefined;
  /** The parsed tree begins this many characters before the text. */
  readonly offset: number;
  readonly free: FreeNames;
  readonly class: ClassShape | undefined;
  /** The key of a method, with its brackets if it is computed. */
  readonly key: (Range & { readonly computed: boolean; readonly isPrivate: boolean }) | undefined;
  readonly accessor: 'get' | 'set' | undefined;
  readonly isGenerator: boolean;
  /** The `length` that the text gives it. */
  readonly length: number;
}

const maximumCharacters = 4_000_000;
const cache = new Map<string, Analysis>();
let cachedCharacters = 0;

/** @throws SyntaxError when the text can't be parsed. */
export function analyse(text: string, isSloppy: boolean): Analysis {
  const cacheKey = isSloppy ? `~${text}` : text;
  const known = cache.get(cacheKey);
  if (known !== undefined) return known;
  const analysis = analyseNew(text, isSloppy);
  cachedCharacters += text.length;
  while (cachedCharacters > maximumCharacters) {
    const oldest = cache.keys().next().value;
    if (oldest === undefined) break;
    cache.delete(oldest);
    cachedCharacters -= oldest.length;
  }
  cache.set(cacheKey, analysis);
  return analysis;
}

function analyseNew(text: string, isSloppy: boolean): Analysis {
  const parsed = parseFunction(text);
  const { node, member, offset, embedding } = parsed;
  const kind = kindOf(parsed);
  return {
    text,
    kind,
    embedding,
    ownName: embedding === 'expression' && 'id' in node ? node.id?.name : undefined,
    offset,
    free: findFreeNames(node, member !== undefined, isSloppy && !isClass(node)),
    class: isClass(node) ? shapeOfClass(node, offset, text) : undefined,
    key: member === undefined ? undefined : keyOf(parsed, text),
    accessor: member?.kind === 'get' || member?.kind === 'set' ? member.kind : undefined,
    isGenerator: !isClass(node) && node.generator,
    length: lengthOf(node),
  };
}

function lengthOf(node: ParsedFunction['node']): number {
  const params = isClass(node) ? (constructorIn(node)?.value.params ?? []) : node.params;
  const optional = params.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement');
  return optional < 0 ? params.length : optional;
}

function kindOf({ node, member }: ParsedFunction): Analysis['kind'] {
  if (member !== undefined) return 'method';
  if (node.type === 'ArrowFunctionExpression') return 'arrow';
  return isClass(node) ? 'class' : 'function';
}

function keyOf({ member, offset }: ParsedFunction, text: string): Analysis['key'] {
  if (member === undefined) return undefined;
  const { key, computed } = member;
  let start = key.start - offset;
  let end = key.end - offset;
  if (computed) {
    start = text.lastIndexOf('[', start);
    end = text.indexOf(']', end) + 1;
  }
  return { start, end, computed, isPrivate: key.type === 'PrivateIdentifier' };
}
