/**
 * The objects of one encoding in the order in which they were met, so that the second occurrence becomes a reference.
 * Most encodings hold a handful: those are searched in a list. More are a set, which one look-up both searches and extends;
 * a map to numbers is made only when an object does occur again.
 *
 * An instance of a subclass of a built-in has two numbers, its own and then that of its content: references mean the first.
 */
const listBelow = 12;

export class ObjectIndex {
  #list: object[] = [];
  #set: Set<object> | undefined;
  #numbers: Map<object, number> | undefined;

  /** The object's number, or -1. */
  find(value: object): number {
    if (this.#set === undefined) return this.#list.indexOf(value);
    if (this.#numbers !== undefined) return this.#numbers.get(value) ?? -1;
    return this.#set.has(value) ? this.#numberOf(value) : -1;
  }

  add(value: object): void {
    this.#list.push(value);
    if (this.#set === undefined) {
      if (this.#list.length > listBelow) this.#set = new Set(this.#list);
    } else {
      this.#set.add(value);
      if (this.#numbers?.has(value) === false) this.#numbers.set(value, this.#list.length - 1);
    }
  }

  /** The object's number when it is known; else adds it and answers -1. */
  findOrAdd(value: object): number {
    const set = this.#set;
    if (set === undefined || this.#numbers !== undefined) {
      const index = this.find(value);
      if (index < 0) this.add(value);
      return index;
    }
    const { size } = set;
    set.add(value);
    if (set.size === size) return this.#numberOf(value);
    this.#list.push(value);
    return -1;
  }

  /** All of them, in order. */
  values(): readonly object[] {
    return this.#list;
  }

  clear(): void {
    if (this.#list.length === 0) return;
    this.#list = [];
    this.#set = undefined;
    this.#numbers = undefined;
  }

  #numberOf(value: object): number {
    if (this.#numbers === undefined) {
      this.#numbers = new Map();
      // Backwards, so that the first number of an object is the one that stays.
      for (let at = this.#list.length - 1; at >= 0; at--) this.#numbers.set(this.#list[at] as object, at);
    }
    return this.#numbers.get(value) as number;
  }
}
