import { checkClusterName, inventName, isClusterName } from './names.js';

test('invented names are names', () => {
  for (let i = 0; i < 200; i++) expect(isClusterName(inventName())).toBe(true);
  expect(inventName(() => 0)).toBe('amber-avocet');
});

test.each(['a', 'A1', 'my.cluster', 'my-cluster_2', 'x'.repeat(63)])('%j is a name', (name) => {
  expect(checkClusterName(name)).toBe(name);
});

test.each(['', '-a', 'a-', 'a b', 'a/b', 'a:1', 'é', 'x'.repeat(64), 'a\n'])('%j is none', (name) => {
  expect(isClusterName(name)).toBe(false);
});
