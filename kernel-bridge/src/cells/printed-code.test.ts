/** Cells compute what their text says, and stand on its lines: compared with the text itself, run without the compiler. */
import { Script } from 'node:vm';
import { compileCell } from './compile-cell.js';

type Here = (mark: number, value?: unknown) => unknown;

interface Run {
  readonly value: unknown;
  /** On which line each mark was when it was passed, in order. */
  readonly lines: readonly (readonly [number, number])[];
}

function run(code: string, call: (fn: (...args: unknown[]) => unknown, here: Here) => unknown): Run {
  const lines: [number, number][] = [];
  const here: Here = (mark, value = mark) => {
    const line = /cell\.ts:(\d+)/.exec(new Error().stack ?? '')?.[1];
    lines.push([mark, Number(line)]);
    return value;
  };
  const fn = new Script(code, { filename: 'cell.ts', lineOffset: -1 }).runInThisContext() as () => unknown;
  return { value: call(fn, here), lines };
}

const compiled = (source: string): Run =>
  run(compileCell(source, 'cell.ts', (name) => name === 'here').code, (fn, here) => fn({ here }, {}));

/** @param source plain JavaScript that ends in `result`. */
const plain = (source: string): Run => run(`(here) => {\n${source}\nreturn result }`, (fn, here) => fn(here));

/** Marks with the lines on which they are written. */
const written = (source: string): [number, number][] =>
  [...source.matchAll(/here\((\d+)/g)].map(({ 1: mark, index }) => [
    Number(mark),
    source.slice(0, index).split('\n').length,
  ]);

test.each([
  ['a backtick in a string before', 'const tick = "`"; const result = `a\nb${here(1)}`;\nhere(2);'],
  ['a backtick in a comment before', '// it`s\n/* ` */ const result = `a\nb`;\nhere(1);'],
  ['a backtick in a regular expression before', 'const r = /`/; const result = `a\nb${r}`;\nhere(1);'],
  [
    'templates in templates',
    'const result = `<table>\n${[1, 2].map((x) => `<tr>\n<td>${x}</td>\n</tr>`).join("\\n")}\n${here(1)}</table>`;\nhere(2);',
  ],
  ['a block in a template', 'const result = `\n${[1].map((i) => { here(1); return i }).join()}\n`\nhere(2)'],
  ['escaped marks', 'const result = `\\`\n\\${\n$\n{ } \\\\`\nhere(1)'],
  ['tags', 'const tag = (s, ...v) => [s.raw.join("|"), v]; const result = tag`a\n\\n${\nhere(1)}\nb`\nhere(2)'],
  ['windows lines in a template', 'const result = `a\r\nb`\r\nhere(1)'],
  ['separators of lines that are no newlines', 'const result = ["a\u2028b", `c\u2028d`]; here(1)'],
  ['a comment of several lines', '/* a\n b\n c */ here(1); const result = 1'],
  ['a comment between tokens', 'const result = [1 /* a\n b */, // c\n here(2), /* d */\n\n here(3)]'],
  ['a chain', 'const result = [1]\n  .map((x) => x)\n\n  .map((x) => here(1, x)).concat(\n here(2)\n);\nhere(3)'],
  [
    'what follows return on other lines',
    'const f = () => {\n return (\n  // why\n  here(1) +\n\n  here(2)\n ) }\nconst result = f()',
  ],
  ['a thrown object', 'let result\ntry { throw (\n\n [here(1)] ) } catch (e) { result = e }\nhere(2)'],
  ['no semicolons', 'let a = 1\nlet b = a\n++b\nconst result = [a, b]\n;[here(1)].map(\n(x) => x)\nhere(2)'],
  ['a line that goes on in a string', 'const result = "a\\\nb"\nhere(1)'],
  [
    'asynchronous and generating functions',
    'const f = async () => here(1)\nfunction* g() {\n yield (\n\n here(2)) }\nf(); const result = [...g()]',
  ],
  [
    'labels',
    'let result = 0\nouter: for (const a of [1, 2])\n for (;;) {\n  result += here(a)\n  if (a) continue outer }',
  ],
  [
    'arguments and properties on their own lines',
    'const result = Math.max(\n here(1),\n here(2),\n)\nconst o = {\n a: here(3),\n get b() { return here(4) },\n}\no.b',
  ],
])('%s', (_, source) => {
  const cell = compiled(`${source}\nresult`);
  expect(cell).toEqual(plain(source));
  expect(cell.lines).not.toEqual([]);
});

test('what only TypeScript has takes no lines away', () => {
  const source = `interface Unused {
  a: string;
}

enum Color {
  Red,
  Green = here(1),
}
function outer<
  T,
>(
  first: T,
  second: string,
): string {
  // a comment
  return \`\${first} \${
    here(2)
  }\` as
    string;
}

type T = { a: number };

namespace N {
  export const x = here(3);
}
abstract class K<T> {
  declare y: string;
  constructor(private readonly v: T, readonly w = here(4)) {}
  abstract m(): void;

  method(): T {
    return (<any>here(5, this.v))!;
  }
}
class L extends K<number> { m() { } }
new L(outer(1, 'x') as unknown as number).method();`;
  const { value, lines } = compiled(source);
  expect(value).toBe('1 2');
  expect([...lines].sort(([a], [b]) => a - b)).toEqual(written(source));
});

const runs = Number(process.env['COVEY_CELLS'] ?? 200);

test('random cells, with types and without', () => {
  for (let seed = 1; seed <= runs; seed++) {
    const untyped = new CellWriter(seed, false).cell();
    const typed = new CellWriter(seed, true).cell();
    const expected = plain(untyped);
    for (const source of [untyped, typed]) {
      try {
        const { value, lines } = compiled(`${source}\nresult`);
        expect(value).toEqual(expected.value);
        const places = new Map(written(source));
        expect(lines).toEqual(expected.lines.map(([mark]) => [mark, places.get(mark)]));
      } catch (error) {
        throw new Error(`seed ${seed}:\n${source}\n\n${compileCell(source, 'cell.ts', () => false).code}`, {
          cause: error,
        });
      }
    }
  }
});

/** Writes the same cell for the same seed, with types or without. */
class CellWriter {
  #state: number;
  #marks = 0;

  constructor(
    seed: number,
    readonly isTyped: boolean,
  ) {
    this.#state = seed;
  }

  cell(): string {
    const count = 1 + this.#below(5);
    const statements = Array.from({ length: count }, (_, at) => this.#statement(at));
    return `const all${this.#type(': unknown[]')} = [];\n${statements.join('\n')}\nconst result = all;`;
  }

  #below(count: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
    return Math.floor(((this.#state >>> 0) / 2 ** 32) * count);
  }

  #one(...choices: (() => string)[]): string {
    return choices[this.#below(choices.length)]?.() ?? '';
  }

  /** Takes as many random numbers either way. */
  #type(text: string): string {
    return this.isTyped ? text : '';
  }

  #mark(): string {
    return `here(${++this.#marks})`;
  }

  /** Space, with comments and ends of lines in it. */
  #space(): string {
    return this.#one(
      () => '',
      () => ' ',
      () => '\n',
      () => '\n\n   ',
      () => ' /* ` ${ */ ',
      () => ' // it`s }\n',
      () => '/* a\n   b` */',
    );
  }

  #statement(at: number): string {
    const s = (): string => this.#space();
    return this.#one(
      () =>
        `all.push(${s()}${this.#value(3)}${s()})${this.#one(
          () => ';',
          () => ';;',
        )}`,
      () => `let v${at}${this.#type(`: Array<\n  unknown\n>`)} =${s()}[${this.#value(2)}]; ${s()}all.push(v${at})`,
      () =>
        `function f${at}(a${this.#type(': number')},${s()} b = ${this.#value(1)}) {${s()}return (${s()}${this.#value(2)}${s()}) }\nall.push(f${at}(1))`,
      () =>
        `${this.#type(`interface I${at} {\n  a: string;\n}\ntype T${at} = 1 |\n 2;`)}${s()}if (${this.#mark()}) {${s()}all.push(${this.#value(2)}) } else${s()}{ }`,
      () =>
        `class C${at}${this.#type('<T>')} {${s()}${this.#type('private declare x: number;')}f =${s()}${this.#value(1)};${s()}get g() { ${s()}return this${this.#type('!')}.f } }${s()};all.push(new C${at}().g)`,
      () => `try {${s()}throw${' '}[${s()}${this.#value(1)}] } catch (e) {${s()}all.push(e) }`,
      () => `for (const x of [1,${s()}2]) {${s()}all.push(x,${s()}${this.#value(1)}) }`,
      () => `var r${at} = /[\`/]\${/g; all.push(r${at}.source)`,
    );
  }

  #value(depth: number): string {
    const s = (): string => this.#space();
    if (depth === 0)
      return this.#one(
        () => this.#mark(),
        () => '"`"',
        () => '`a\n  b`',
        () => "'\\`\\\n${'",
        () => '1',
      );
    const inner = (): string => this.#value(depth - 1);
    return this.#one(
      () => `\`\${${s()}${inner()}${s()}}\``,
      () => `\`\n  \\\`x\${${inner()}}\n\${${s()}${inner()}}\\\${\n\``,
      () => `[${s()}${inner()},${s()}${inner()}${s()}]`,
      () =>
        `[${inner()}]${s()}.map((x${this.#type(': unknown')})${this.#type(': unknown')} => {${s()}return x })${s()}.concat(${inner()})`,
      () =>
        `((${s()}a${this.#type(' : any')}) =>${s()}[a,${s()}${inner()}])(${inner()}${this.#type(' as unknown as any')})`,
      () => `String.raw\`\n\${${inner()}}\\n\``,
      () => `{ a:${s()}${inner()}, 'b\`': 1 }${s()}.a`.replace(/^/, '(').replace(/\.a$/, ').a'),
      () => `(${s()}${inner()}${this.#type(' satisfies unknown')}${s()},${s()}${inner()})`,
      () => `(${inner()} ?${s()}${inner()} :${s()}${inner()})`,
      () => `(function () {${s()}return ${inner()} })${s()}()`,
      () => `((${s()}) => { switch (1) {${s()}case 1:${s()}return (${s()}${inner()}) } })()`,
    );
  }
}
