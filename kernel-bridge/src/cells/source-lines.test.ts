import { toJavaScript } from './typescript.js';

const lineOf = (code: string, mark: string): number => code.slice(0, code.indexOf(mark)).split('\n').length;

const source = `interface Unused {
  a: string;
}

enum Color {
  Red,
  Green,
}
function outer(
  first: number,
  second: string,
): string {
  // a comment
  const text = \`a
  template \${first} with \${
    second
  } lines\`;
  /* another
     comment */
  if (first > MARK_A) {
    return MARK_B(text);
  }
  return [
    MARK_C,
    1,
  ].map((x) => x).join();
}

type T = { a: number };


class K<T> {
  constructor(private readonly v: T) {}

  method(): T {
    return MARK_D(this.v);
  }
}
MARK_E(outer(1, 'x') as unknown as T);
`;

test('JavaScript stands on the lines of the TypeScript it was made from', () => {
  const { code } = toJavaScript(source, 'cell.ts');
  for (const mark of ['MARK_A', 'MARK_B', 'MARK_C', 'MARK_D', 'MARK_E']) {
    expect([mark, lineOf(code, mark)]).toEqual([mark, lineOf(source, mark)]);
  }
  expect(code).toContain('`a\n  template ${');
});
