import { Uploads } from './uploads.js';

const file = (name: string, nbytes = 1) => ({ name, content: new Uint8Array(nbytes), hash: 'h' });

test('keeps files in the order of their last upload', () => {
  const uploads = new Uploads();
  for (const name of ['a.mjs', 'b.mjs', 'a.mjs']) uploads.add(file(name));
  expect(uploads.all().map(({ name }) => name)).toEqual(['b.mjs', 'a.mjs']);
});

test.each(['../x', '/etc/passwd', 'a//b', 'a/./b', 'a\\b', 'a\0b'])('refuses the name %j', (name) => {
  expect(() => new Uploads().add(file(name))).toThrow('is not the name of an upload');
});

test('counts the bytes of a replaced file once', () => {
  const uploads = new Uploads(10);
  uploads.add(file('a', 8));
  uploads.add(file('a', 10));
  expect(uploads.nbytes).toBe(10);
  expect(() => uploads.add(file('b', 1))).toThrow('they would have 11');
  expect(uploads.nbytes).toBe(10);
});
