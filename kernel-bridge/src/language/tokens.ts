/**
 * The tokens of TypeScript that is still being written: what stands at its end may be half a string or half a comment.
 * Never fails and loads nothing, where a parser would do both. A slash after `}` is taken for a division.
 */

export interface Token {
  /** `text`: a string, a template, a regular expression. */
  readonly kind: 'name' | 'number' | 'text' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What the end of the code is inside of, and where that began. */
export interface OpenText {
  readonly kind: 'string' | 'template' | 'comment' | 'line-comment' | 'regex';
  readonly start: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Nothing when the code ends between tokens. */
  readonly open: OpenText | undefined;
  /** Indexes of the brackets that are open at the end, the innermost last. */
  readonly brackets: readonly number[];
}

const space = /\s+/uy;
const name = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /0[xob][\da-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?n?/iy;
const string = /"(?:\\[^]|[^"\\\n]+)*|'(?:\\[^]|[^'\\\n]+)*/y;
const lineComment = /\/\/[^\n]*/y;
const blockComment = /\/\*[^]*?(?:\*\/|$)/y;
const regex = /\/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]?|[^/\\[\n])+/y;
const templateText = /(?:\\[^]|\$(?!\{)|[^\\`$]+)*/y;
const mark = /\?\.(?!\d)|\.\.\.|=>|[^]/uy;

const beforeOperand = new Set([
  ...['await', 'case', 'delete', 'do', 'else', 'in', 'instanceof', 'new', 'of', 'return', 'throw', 'typeof', 'void'],
  'yield',
]);
const closers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export function tokensOf(code: string): Tokens {
  return new Tokenizer(code).run();
}

class Tokenizer {
  readonly #code: string;
  readonly #tokens: Token[] = [];
  readonly #brackets: number[] = [];
  #open: OpenText | undefined;
  #at = 0;

  constructor(code: string) {
    this.#code = code;
  }

  run(): Tokens {
    while (this.#at < this.#code.length) this.#next();
    return { tokens: this.#tokens, open: this.#open, brackets: this.#brackets };
  }

  #next(): void {
    const start = this.#at;
    if (this.#take(space) !== undefined) return;
    if (this.#take(lineComment) !== undefined) {
      if (this.#isAtEnd) this.#open = { kind: 'line-comment', start };
      return;
    }
    const comment = this.#take(blockComment);
    if (comment !== undefined) {
      if (!comment.endsWith('*/') || comment.length < 4) this.#open = { kind: 'comment', start };
      return;
    }
    const first = this.#code[start];
    if (first === '"' || first === "'") {
      this.#take(string);
      this.#close(start, first, 'string');
    } else if (first === '`') {
      this.#at++;
      this.#template(start);
    } else if (first === '/' && this.#isOperandExpected() && this.#take(regex) !== undefined) {
      this.#close(start, '/', 'regex');
    } else if (this.#take(name) !== undefined) this.#push('name', start);
    else if (this.#take(number) !== undefined) this.#push('number', start);
    else {
      this.#take(mark);
      this.#bracket(start);
    }
  }

  /** The rest of a template's text, up to its end or to an expression in it. */
  #template(start: number): void {
    this.#take(templateText);
    if (this.#code.startsWith('${', this.#at)) {
      this.#brackets.push(this.#tokens.length);
      this.#tokens.push({ kind: 'mark', text: '${', start: this.#at, end: (this.#at += 2) });
    } else this.#close(start, '`', 'template');
  }

  #close(start: number, quote: string, kind: OpenText['kind']): void {
    if (this.#code[this.#at] === quote) {
      this.#at++;
      this.#push('text', start);
    } else if (this.#isAtEnd) this.#open = { kind, start };
    else this.#push('text', start);
  }

  #bracket(start: number): void {
    const text = this.#code.slice(start, this.#at);
    const opener = closers[text];
    if ('([{'.includes(text)) this.#brackets.push(this.#tokens.length);
    else if (opener !== undefined) {
      const innermost = this.#tokens[this.#brackets.at(-1) ?? -1];
      if (text === '}' && innermost?.text === '${') {
        this.#brackets.pop();
        this.#template(start);
        return;
      }
      if (innermost?.text === opener) this.#brackets.pop();
    }
    this.#push('mark', start);
  }

  #isOperandExpected(): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined) return true;
    if (last.kind === 'name') return beforeOperand.has(last.text);
    return last.kind === 'mark' && closers[last.text] === undefined;
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#code.length;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#code)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }

  #push(kind: Token['kind'], start: number): void {
    this.#tokens.push({ kind, text: this.#code.slice(start, this.#at), start, end: this.#at });
  }
}
