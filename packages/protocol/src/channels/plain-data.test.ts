import { runInNewContext } from 'node:vm';
import { decode, encode } from './codec.js';
import { checkPlainData } from './plain-data.js';

test.each([
  1,
  'text',
  null,
  undefined,
  2n ** 63n,
  [new Date(0), Buffer.from('x')],
  { a: [{ b: null }] },
  Object.create(null),
  runInNewContext('({ a: [1] })'),
])('%p is plain, and can be sent', (value) => {
  checkPlainData(value, 'it');
  decode(encode(value));
});

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

test.each([
  [{ a: [() => 1] }, 'it.a[0] is a function'],
  [Symbol('s'), 'it is a symbol'],
  [2n ** 64n, 'it is a bigint of more than 64 bits'],
  [new Map(), 'it is an instance of Map'],
  [{ x: new Float64Array(1) }, 'it.x is an instance of Float64Array'],
  [new (class Point {})(), 'it is an instance of Point'],
  [cyclic, 'contains itself'],
])('%p is not', (value, problem) => {
  expect(() => checkPlainData(value, 'it')).toThrow(problem);
});
