/**
 * Changes of a text by position, to be made at once.
 */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class Edits {
  readonly #edits: Edit[] = [];

  /** @param text on one line. */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  remove(start: number, end: number): void {
    this.replace(start, end, '');
  }

  /** As they follow each other in the text, without those inside of another. */
  inOrder(): Edit[] {
    let at = 0;
    // Sorting keeps those of one place in the order in which they were made.
    return this.#edits
      .sort((a, b) => a.start - b.start || a.end - b.end)
      .filter(({ start, end }) => {
        if (start < at) return false;
        at = end;
        return true;
      });
  }
}
