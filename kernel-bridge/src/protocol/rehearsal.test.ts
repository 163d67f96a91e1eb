import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { History } from './history.js';
import { rehearse } from './rehearsal.js';

test('a rehearsal leaves no trace in the history', () => {
  const folder = mkdtempSync(join(tmpdir(), 'covey-rehearsal-'));
  const path = join(folder, 'history.jsonl');
  const history = new History(path);
  rehearse(history);
  expect([existsSync(path), history.tail(10)]).toEqual([false, []]);
  expect(history.add(1, 'first')).toMatchObject({ session: 1, line: 1 });
  rmSync(folder, { recursive: true });
});
