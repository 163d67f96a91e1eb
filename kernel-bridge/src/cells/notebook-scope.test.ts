import { NotebookScope } from './notebook-scope.js';

test('a name of the kernel’s means again what it meant, once the variable that took it is forgotten', () => {
  const scope = new NotebookScope();
  scope.provide('display', 'the kernel’s');
  scope.declare('display', 1);
  scope.declare('own', 2);
  expect([scope.names(), scope.isProvided('display')]).toEqual([['display', 'own'], false]);
  for (const name of scope.names()) scope.remove(name);
  expect([scope.names(), scope.isProvided('display')]).toEqual([[], true]);
  expect(scope.variables['display']).toBe('the kernel’s');
});

test('what is made at first use is kept for then', async () => {
  const scope = new NotebookScope();
  scope.provideWhenNamed('executor', () => Promise.resolve('made'));
  scope.declare('executor', 1);
  expect(scope.unmade(['executor'])).toEqual([]);
  scope.remove('executor');
  expect(scope.unmade(['executor'])).toEqual(['executor']);
  await scope.make(['executor']);
  expect([scope.variables['executor'], scope.unmade(['executor'])]).toEqual(['made', []]);
});
