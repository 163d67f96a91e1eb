/** How functions are written: shared by the writer and the reader, which must agree. */

/** What stands in line behind the root value. */
export const deferred = {
  end: 0,
  variable: 1,
  properties: 2,
  prototype: 3,
  statics: 4,
  weakEntry: 5,
  members: 6,
  outer: 7,
  removed: 8,
  integrity: 9,
} as const;

export const functionKind = ['expression', 'method', 'get', 'set', 'class', 'classMember'] as const;

/** Bits of a function's record. */
export const functionFlag = { sloppy: 1, declaration: 2, branded: 4 } as const;

/** How far an object is closed against changes. */
export const integrity = { extensible: 0, preventExtensions: 1, seal: 2, freeze: 3 } as const;

/** What a function belongs to: nothing, an object whose prototype is its `super`, or the object that is its `this`. */
export const functionHome = { none: 0, superOf: 1, thisOf: 2 } as const;
