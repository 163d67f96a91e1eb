import { completenessOf } from './completeness.js';

test.each([
  ['1 + 1', 'complete'],
  ['1 +', 'incomplete'],
  ['f(1))', 'invalid'],
  ['if (x) {', 'incomplete'],
  ['`a ${b} ', 'incomplete'],
  ['`a ${f("}")} b', 'incomplete'],
  ['`a ${b} c`', 'complete'],
  ['/* not closed', 'incomplete'],
  ['f(( // a comment', 'incomplete'],
  ['"not closed', 'invalid'],
  ['{ a: 1, b: 2 }', 'complete'],
  ['// a comment\n{ a: 1, b: 2 };', 'complete'],
  ['{ a: 1, b:', 'incomplete'],
  ['{ a: 1 } b c', 'invalid'],
  ['@sealed class A { accessor x = 1 }', 'complete'],
  ['%who', 'complete'],
  ['%timeit f(', 'complete'],
  ['%%timeit', 'incomplete'],
  ['%%submit total', 'incomplete'],
  ['%%timeit\n', 'incomplete'],
  ['%%timeit\nf(1)', 'incomplete'],
  ['%%timeit\nf(1)\ng(1)\n', 'complete'],
  ['%%timeit\nif (x) {\n', 'incomplete'],
])('%j is %s', (code, status) => {
  expect(completenessOf(code).status).toBe(status);
});

test.each([
  ['if (x) {', '  '],
  ['  f(1,', '  '],
  ['`a', ''],
  ['%%timeit', ''],
  ['%%timeit\nif (x) {', '  '],
])('after %j the next line begins with %j', (code, indent) => {
  expect(completenessOf(code)).toEqual({ status: 'incomplete', indent });
});
