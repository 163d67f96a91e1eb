import ts from 'typescript';
import { tmpdir } from 'node:os';
import { NotebookLanguage } from './language-service.js';

const language = new NotebookLanguage(ts, tmpdir());
const complete = (code: string): string[] => {
  const found = language.complete(1, code, code.length);
  return found.type === 'completed' ? found.entries.map(({ name }) => name) : [];
};
const inspect = (code: string): string => {
  const found = language.inspect(1, code, code.length);
  return found.type === 'inspected' ? found.signature : '';
};

beforeAll(() => {
  language.addCell('interface Person { name: string; age: number }\nconsole.log("not a declaration")');
  language.addCell('function find(n: number): Person { return { name: "a", age: n } }\nconst people = [find(1)]');
});

test('types of one cell are known in others', () => {
  expect(complete('find(1).')).toEqual(['age', 'name']);
  expect(complete('people.map((p) => p.n')).toEqual(['name']);
  expect(complete('(await Promise.resolve(find(1))).a')).toEqual(['age']);
});

test('what a cell declares anew is meant in its older users too', () => {
  language.addCell('function find(n: string): Set<string> { return new Set([n]) }');
  expect(complete('find("a").ad')).toEqual(['add']);
});

test('a cell that is being written may declare again what is there', () => {
  expect(complete('const people = new Map<string, number>(); people.ge')).toEqual(['get']);
});

test('the kernel’s own names have types', () => {
  expect(complete('display.ht')).toEqual(['html']);
});

test('a name, and the function before a bracket, are explained', () => {
  expect(inspect('Math.max')).toContain('max(...values: number[]): number');
  expect(inspect('Math.max(')).toContain('max(...values: number[]): number');
});
