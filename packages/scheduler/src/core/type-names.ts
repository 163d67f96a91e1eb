/** Names of result types as small numbers. */

const MOST_NAMES = 65_536;

export class TypeNames {
  readonly #names: string[] = [''];
  readonly #indexes = new Map<string, number>([['', 0]]);

  #lastName = '';
  #lastIndex = 0;

  /** The number of a name; past 65,536 different ones they all read 'object'. */
  of(name: string): number {
    if (name === this.#lastName) return this.#lastIndex;
    const index = this.#find(name);
    this.#lastName = name;
    this.#lastIndex = index;
    return index;
  }

  #find(name: string): number {
    const index = this.#indexes.get(name);
    if (index !== undefined) return index;
    if (this.#names.length >= MOST_NAMES && name !== 'object') return this.#find('object');
    this.#indexes.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  at(index: number): string {
    return this.#names[index]!;
  }
}
