import type { ClientId } from '@covey/protocol/internal';
import { TaskOutput } from './task-output.js';

const [alice, bob, carol] = [1, 2, 3] as unknown as [ClientId, ClientId, ClientId];

function world() {
  const asked: string[] = [];
  const heard: [ClientId, string, unknown][] = [];
  const core = {
    clientsBehind: (key: string) => {
      asked.push(key);
      return key === 'shared' ? [alice, bob] : [carol];
    },
  };
  return { asked, heard, output: new TaskOutput(core, (...event) => heard.push(event)) };
}

test('lines and warnings go to those who have the task and want to hear', () => {
  const { output, heard } = world();
  output.add(alice);
  output.add(carol);
  const line = { key: 'shared', text: 'hello\n' };
  output.pass('print', line);
  output.pass('warning', { key: 'other' });
  output.forget(alice);
  output.pass('print', line);
  expect(heard).toEqual([
    [alice, 'task-print', line],
    [carol, 'task-warning', { key: 'other' }],
  ]);
});

test('nothing is looked up where nobody listens, for other topics, or without a key', () => {
  const { output, asked } = world();
  output.pass('print', { key: 'shared' });
  output.add(alice);
  for (const payload of [null, 7, 'shared', {}, { key: 7 }, { key: null }]) output.pass('print', payload);
  output.pass('log', { key: 'shared' });
  expect(asked).toEqual([]);
});
