/**
 * The objects of one encoding in the order in which they were met, so that the second occurrence becomes a reference.
 * Most encodings hold a handful: those are searched in a list, and a map is made only for more.
 */
const listBelow = 12;

export class ObjectIndex {
  #list: object[] = [];
  #map: Map<object, number> | undefined;
  #count = 0;

  /** The object's number, or -1. */
  find(value: object): number {
    if (this.#map !== undefined) return this.#map.get(value) ?? -1;
    return this.#list.indexOf(value);
  }

  add(value: object): number {
    const index = this.#count++;
    if (this.#map !== undefined) {
      this.#map.set(value, index);
    } else {
      this.#list.push(value);
      if (index >= listBelow) this.#map = new Map(this.#list.map((item, at) => [item, at]));
    }
    return index;
  }

  /** All of them, in order. */
  values(): readonly object[] {
    return this.#map === undefined ? this.#list : [...this.#map.keys()];
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#list = [];
    this.#map = undefined;
  }
}
