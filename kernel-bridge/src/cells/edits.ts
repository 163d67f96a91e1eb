/**
 * Changes of a text by position, made at once.
 */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly order: number;
}

export class Edits {
  readonly #edits: Edit[] = [];

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text, order: this.#edits.length });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** Takes text away, and keeps its lines. */
  blank(code: string, start: number, end: number, text = ''): void {
    this.replace(start, end, text + '\n'.repeat(code.slice(start, end).split('\n').length - 1));
  }

  apply(code: string): string {
    const sorted = this.#edits.sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
    let result = '';
    let at = 0;
    for (const { start, end, text } of sorted) {
      // What lies inside of a text that was taken away went with it.
      if (start < at) continue;
      result += code.slice(at, start) + text;
      at = end;
    }
    return result + code.slice(at);
  }
}
