/**
 * A cell that is one object in braces means that object; to the language it is a block. Knows no parser.
 */

const before = /^(?:\s+|\/\/.*|\/\*[^]*?\*\/)*/;

/** The cell as an expression, if it looks like one object: whether it is one, a parser can tell. */
export function asObject(source: string): string | undefined {
  const [comments = ''] = before.exec(source) ?? [];
  const [, braces] = /^(\{[^]*\})\s*;?\s*$/.exec(source.slice(comments.length)) ?? [];
  return braces === undefined ? undefined : `${comments}(${braces})`;
}
