import { placeOf, subjectOf } from './cursor-place.js';

/** Like `member a.b`: what is written there, and of what. */
function place(code: string): string {
  const found = placeOf(code);
  const owner = 'owner' in found && found.owner !== undefined ? ` ${found.owner.names.join('.')}` : '';
  const isOlder = owner !== '' && 'owner' in found && found.owner?.isDeclaredHere === true ? ' (declared here)' : '';
  return `${found.kind}${owner}${isOlder}`;
}

test.each([
  ['', 'name'],
  ['add(', 'name'],
  ['if (x) { ', 'name'],
  ['f(() => { a', 'name'],
  ['...a', 'name'],
  ['`text ${a', 'name'],
  ['`${`${a}` + "}"} ${a', 'name'],
  ['x / 2; a', 'name'],
  ['a.b?.c.d', 'member a.b.c'],
  ['rows[0]["first name"].x', 'member rows.0.first name'],
  ['maybe!.x', 'member maybe'],
  ['(await f()).x', 'member'],
  ['f(a).x', 'member'],
  ['obj["al', 'key obj'],
  ["process.env['", 'key process.env'],
  ['people.map((people) => people.', 'member people (declared here)'],
  ['const people = f(); people.', 'member people (declared here)'],
  ['const { people, other: [people2] } = f(); people2.', 'member people2 (declared here)'],
  ['function f(people: string) { people.', 'member people (declared here)'],
  ['f(people); people.', 'member people'],
])('%j is a place for a %s', (code, expected) => {
  expect(place(code)).toBe(expected);
});

test.each([
  ...['"in a string obj.', "f('", 'import x from "node:', '["', 'x === "', '`text obj.', '`a ${b} obj.'],
  ...['// a comment obj.', '/* obj.', '/** @par', '/regex obj.', 'f(/[/]obj.', '1.', 'this.#'],
  ...['import { ', 'import { a, ', 'import type { ', 'export { ', 'const { ', 'let { a, '],
  ...['const z: Shape = { ', 'f({ a: 1, ', 'return { ', '[{ '],
])('%j is no place for what only has a name', (code) => {
  expect(place(code)).toBe('other');
});

test.each(['const ', 'let x', 'function f', 'class ', 'type T', 'import ', 'import * as ', 'import a, '])(
  '%j makes a new name',
  (code) => {
    expect(place(code)).toBe('new-name');
  },
);

test.each([
  ['a.b', 'a.b'],
  ['add(1, ', 'add'],
  ['add(f(1), [2, ', 'add'],
  ['a.b("text", x => ', 'a.b'],
  ['add(1) ', undefined],
  ['// add(', undefined],
])('%j is about %s', (code, expected) => {
  expect(subjectOf(code)?.names.join('.')).toBe(expected);
});
