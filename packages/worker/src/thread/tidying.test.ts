import { Tidying } from './tidying.js';

test('is due after enough bytes, and not more often than its share of the time allows', () => {
  const tidying = new Tidying({ afterBytes: 100, timeShare: 0.1 });
  tidying.passed(60);
  expect(tidying.isDue(0)).toBe(false);
  tidying.passed(60);
  expect(tidying.isDue(0)).toBe(true);
  tidying.done(0, 5);
  expect(tidying.isDue(1000)).toBe(false);
  tidying.passed(200);
  expect(tidying.isDue(54)).toBe(false);
  expect(tidying.isDue(55)).toBe(true);
});
