/**
 * A value of one's own. Large inputs of a task are views of memory that others read too, so they must not be written to: this
 * is how a task gets one that may. It imports nothing, like all of this folder.
 */

/**
 * Copies typed arrays, buffers, and the arrays, maps, sets and plain objects around them, keeping their shape (what was one object
 * twice, or contains itself, does so in the copy). Anything else, an instance of a class for example, is passed on as it is.
 *
 * @example
 * ```ts
 * executor.submit((xs: Float64Array) => copyOf(xs).sort(), samples);
 * ```
 */
export function copyOf<T>(value: T): T {
  return copy(value, new Map()) as T;
}

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const keep = <C extends object>(made: C): C => {
    copies.set(value, made);
    return made;
  };
  if (ArrayBuffer.isView(value)) return keep(copyView(value));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (value instanceof SharedArrayBuffer) return keep(bytesOf(value, 0, value.byteLength).buffer);
  if (Array.isArray(value)) {
    const array = keep(new Array<unknown>(value.length));
    // Holes stay holes.
    value.forEach((item, index) => (array[index] = copy(item, copies)));
    return array;
  }
  if (value instanceof Map) {
    const map = keep(new Map<unknown, unknown>());
    for (const [key, item] of value) map.set(copy(key, copies), copy(item, copies));
    return map;
  }
  if (value instanceof Set) {
    const set = keep(new Set<unknown>());
    for (const item of value) set.add(copy(item, copies));
    return set;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const record = keep(Object.create(prototype) as Record<string, unknown>);
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(record, key, {
      value: copy(item, copies),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return record;
}

function copyView(view: ArrayBufferView): ArrayBufferView {
  const { buffer } = bytesOf(view.buffer, view.byteOffset, view.byteLength);
  if (typeof Buffer !== 'undefined' && Buffer.isBuffer(view)) return Buffer.from(buffer);
  type ViewClass = new (memory: ArrayBuffer) => ArrayBufferView;
  return new (view.constructor as ViewClass)(buffer);
}

function bytesOf(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint8Array(buffer, offset, length));
}
