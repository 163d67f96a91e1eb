/**
 * The alphabet of the encoding. One byte says what follows; the commonest values are the byte itself: integers from 0 to
 * 127, Latin-1 strings below 32 characters, arrays below 16 items.
 *
 * An encoding is a byte of `flags`, then the root value. With the flag `trailer`, there follow what waited in line behind the root
 * (captured variables), the *trailer* (buffers, modules, code: what is known only when everything was seen), and in the
 * last four bytes where the trailer begins.
 */
export const flags = { version: 0x10, versionMask: 0xf0, trailer: 0x01, shared: 0x02 } as const;

export const tag = {
  smallInt: 0x00,
  shortString: 0x80,
  shortArray: 0xa0,
  null: 0xb0,
  undefined: 0xb1,
  true: 0xb2,
  false: 0xb3,
  int: 0xb4,
  float: 0xb5,
  bigint: 0xb6,
  latin1: 0xb7,
  utf8: 0xb8,
  utf16: 0xb9,
  reference: 0xba,
  array: 0xbb,
  intArray: 0xbc,
  floatArray: 0xbd,
  sparseArray: 0xbe,
  object: 0xbf,
  objectOfShape: 0xc0,
  fullObject: 0xc1,
  map: 0xc2,
  set: 0xc3,
  date: 0xc4,
  regexp: 0xc5,
  error: 0xc6,
  boxed: 0xc7,
  wellKnownSymbol: 0xc8,
  registeredSymbol: 0xc9,
  localSymbol: 0xca,
  view: 0xcb,
  arrayBuffer: 0xcc,
  webObject: 0xcd,
  external: 0xcf,
  intrinsic: 0xd0,
  moduleExport: 0xd1,
  function: 0xd2,
  boundFunction: 0xd3,
  prototypeOf: 0xd4,
  instance: 0xd5,
  custom: 0xd6,
  namespace: 0xd7,
  hole: 0xd8,
  sink: 0xd9,
  require: 0xda,
  weakMap: 0xdb,
  weakSet: 0xdc,
  named: 0xdd,
} as const;

/** Typed arrays and their kin by the number that stands for them. The order is part of the format. */
export const viewKinds = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Buffer',
] as const;

/** What an instance of a class is besides its properties. The order is part of the format. */
export const instanceBases = [
  'object',
  'array',
  'map',
  'set',
  'date',
  'regexp',
  'view',
  'arrayBuffer',
  'boxed',
] as const;
export type InstanceBase = (typeof instanceBases)[number];

/** Bits of a property's attributes. */
export const attribute = { enumerable: 1, writable: 2, configurable: 4, accessor: 8 } as const;

/** Symbols that every realm has; the order is part of the format. */
export const wellKnownSymbols = [
  Symbol.asyncIterator,
  Symbol.hasInstance,
  Symbol.isConcatSpreadable,
  Symbol.iterator,
  Symbol.match,
  Symbol.matchAll,
  Symbol.replace,
  Symbol.search,
  Symbol.species,
  Symbol.split,
  Symbol.toPrimitive,
  Symbol.toStringTag,
  Symbol.unscopables,
] as const;
