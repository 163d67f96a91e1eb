/**
 * Weak maps and sets. An entry matters only where its key is: so when everything else was written, the entries follow whose
 * keys travel along. The others could never be looked up there.
 */
import type { Encoder } from '../values/encoder.js';
import { deferred } from '../wire/function-format.js';
import { tag } from '../wire/tags.js';

type WeakCollection = WeakMap<object, unknown> | WeakSet<object>;

export class WeakCollections {
  readonly #encoder: Encoder;
  /** Each with the keys that were written. */
  readonly #collections = new Map<WeakCollection, Set<object>>();

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** Writes a collection, empty at first. */
  write(value: WeakCollection): void {
    const encoder = this.#encoder;
    encoder.seen.add(value);
    encoder.out.byte('get' in value ? tag.weakMap : tag.weakSet);
    this.#collections.set(value, new Set());
  }

  /** Writes entries that can be known by now. Their values may bring along further keys: to be asked until it says no. */
  writeEntries(): boolean {
    const encoder = this.#encoder;
    let isAnyNew = false;
    for (const [collection, written] of this.#collections) {
      for (const key of encoder.seen.values()) {
        if (written.has(key) || !collection.has(key)) continue;
        written.add(key);
        isAnyNew = true;
        encoder.out.byte(deferred.weakEntry);
        encoder.write(collection);
        encoder.write(key);
        if ('get' in collection) encoder.writeAt('(an entry)', collection.get(key));
      }
    }
    return isAnyNew;
  }
}
