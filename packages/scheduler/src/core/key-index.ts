/**
 * Keys of tasks: from text to slot and back.
 *
 * Keys that end in `-` and a number (what a run with a key prefix stands for, and whatever looks the same) are stored as
 * a shared prefix and the number, and their text is made when it is read; others as strings. Both live in one open
 * hash table of slots: a `Map` would cost three times the memory and stop at 16 million keys.
 */
import { resized } from './columns.js';

const LARGEST_NUMBER = 0x7fffffff;

/** The number of a prefix, and the number behind it, of a key's text; shared scratch of {@link KeyIndex.split}. */
interface Prefix {
  readonly text: string;
  readonly hash: number;
  uses: number;
}

export class KeyIndex {
  /** By slot: the hash of the key. It depends on the text alone, so stories of forgotten tasks can be found. */
  hash = new Int32Array(16);
  #prefixOf = new Int32Array(16);
  #numberOf = new Int32Array(16);
  #strings: (string | null)[] = [];

  #table = new Int32Array(64).fill(-1);
  #count = 0;

  readonly #prefixIndex = new Map<string, number>();
  readonly #prefixes: (Prefix | null)[] = [];
  readonly #freePrefixes: number[] = [];

  #splitPrefix = '';
  #splitNumber = 0;

  /** How many keys there are. */
  get size(): number {
    return this.#count;
  }

  /** Makes room for slots below `capacity`, and no more. */
  reserve(capacity: number): void {
    this.#strings.length = Math.min(this.#strings.length, capacity);
    this.hash = resized(this.hash, capacity);
    this.#prefixOf = resized(this.#prefixOf, capacity);
    this.#numberOf = resized(this.#numberOf, capacity);
  }

  /** The slot of a key, or -1. */
  find(key: string): number {
    if (!this.#split(key)) return this.#findString(key, hashText(key));
    const prefix = this.#prefixIndex.get(this.#splitPrefix);
    return prefix === undefined ? -1 : this.findNumbered(prefix, this.#splitNumber);
  }

  /** The slot of the key `${prefix}-${number}`, or -1. */
  findNumbered(prefix: number, number: number): number {
    const hash = hashNumbered(this.#prefixes[prefix]!.hash, number);
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at]!;
      if (slot === -1) return -1;
      if (this.#numberOf[slot] === number && this.#prefixOf[slot] === prefix) return slot;
    }
  }

  /** Gives `slot` a key that no other slot has. */
  add(slot: number, key: string): void {
    if (this.#split(key)) {
      const number = this.#splitNumber;
      const prefix = this.usePrefix(this.#splitPrefix);
      this.addNumbered(slot, prefix, number);
      this.dropPrefix(prefix);
      return;
    }
    this.hash[slot] = hashText(key);
    this.#prefixOf[slot] = -1;
    while (this.#strings.length <= slot) this.#strings.push(null);
    this.#strings[slot] = key;
    this.#insert(slot);
  }

  /** Gives `slot` the key `${prefix}-${number}`. */
  addNumbered(slot: number, prefix: number, number: number): void {
    const entry = this.#prefixes[prefix]!;
    entry.uses++;
    this.hash[slot] = hashNumbered(entry.hash, number);
    this.#prefixOf[slot] = prefix;
    this.#numberOf[slot] = number;
    this.#insert(slot);
  }

  /** Takes the slot's key away. */
  remove(slot: number): void {
    this.#delete(slot);
    const prefix = this.#prefixOf[slot]!;
    if (prefix === -1) this.#strings[slot] = null;
    else this.dropPrefix(prefix);
  }

  /** The text of the slot's key. */
  text(slot: number): string {
    const prefix = this.#prefixOf[slot]!;
    return prefix === -1 ? this.#strings[slot]! : `${this.#prefixes[prefix]!.text}-${this.#numberOf[slot]!}`;
  }

  /** The hash that a key's text has, whether the key exists or not. */
  hashOf(key: string): number {
    return this.#split(key) ? hashNumbered(hashText(this.#splitPrefix), this.#splitNumber) : hashText(key);
  }

  /** The number of a prefix, in use until `dropPrefix`. */
  usePrefix(text: string): number {
    let prefix = this.#prefixIndex.get(text);
    if (prefix === undefined) {
      prefix = this.#freePrefixes.pop() ?? this.#prefixes.length;
      this.#prefixes[prefix] = { text, hash: hashText(text), uses: 0 };
      this.#prefixIndex.set(text, prefix);
    }
    this.#prefixes[prefix]!.uses++;
    return prefix;
  }

  dropPrefix(prefix: number): void {
    const entry = this.#prefixes[prefix]!;
    if (--entry.uses > 0) return;
    this.#prefixIndex.delete(entry.text);
    this.#prefixes[prefix] = null;
    this.#freePrefixes.push(prefix);
  }

  /** Whether `${prefix}-${number}` is stored as prefix and number. */
  static isNumbered(number: number): boolean {
    return number >= 0 && number <= LARGEST_NUMBER;
  }

  /** Splits a key that reads `prefix-number`, with the number as JavaScript would print it, into the scratch fields. */
  #split(key: string): boolean {
    let at = key.length - 1;
    let number = 0;
    let scale = 1;
    for (; at >= 0; at--) {
      const digit = key.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      if (scale > 1e9) return false;
      number += digit * scale;
      scale *= 10;
    }
    if (scale === 1 || at < 0 || key.charCodeAt(at) !== 45 || number > LARGEST_NUMBER) return false;
    if (scale > 10 && key.charCodeAt(at + 1) === 48) return false;
    this.#splitPrefix = key.slice(0, at);
    this.#splitNumber = number;
    return true;
  }

  #findString(key: string, hash: number): number {
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at]!;
      if (slot === -1) return -1;
      if (this.hash[slot] === hash && this.#prefixOf[slot] === -1 && this.#strings[slot] === key) return slot;
    }
  }

  #insert(slot: number): void {
    // At most three quarters full, so that probes stay short.
    if ((this.#count + 1) * 4 > this.#table.length * 3) this.#rehash(this.#table.length * 2);
    this.#count++;
    this.#place(slot);
  }

  #place(slot: number): void {
    const mask = this.#table.length - 1;
    let at = this.hash[slot]! & mask;
    while (this.#table[at] !== -1) at = (at + 1) & mask;
    this.#table[at] = slot;
  }

  /** Closes the gap by moving later entries back, so that there are no tombstones. */
  #delete(slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let gap = this.hash[slot]! & mask;
    while (table[gap] !== slot) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; table[at] !== -1; at = (at + 1) & mask) {
      const home = this.hash[table[at]!]! & mask;
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        table[gap] = table[at]!;
        gap = at;
      }
    }
    table[gap] = -1;
    this.#count--;
    if (table.length > 65_536 && this.#count * 8 < table.length) this.#rehash(table.length / 4);
  }

  #rehash(size: number): void {
    const old = this.#table;
    this.#table = new Int32Array(size).fill(-1);
    for (const slot of old) if (slot !== -1) this.#place(slot);
  }
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

function hashNumbered(prefixHash: number, number: number): number {
  return mix(prefixHash ^ Math.imul(number + 1, 0x9e3779b1));
}

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
