import { byLabel, Exposition } from './exposition.js';

test('writes families with help, type, labels and suffixes', () => {
  const page = new Exposition('covey_')
    .gauge('clients', 'Clients connected.', 2)
    .family('tasks', 'gauge', 'Tasks by state.', byLabel('state', { waiting: 1, memory: 2 }))
    .family('duration_seconds', 'summary', 'Durations.', [
      { suffix: '_sum', labels: { function: 'inc' }, value: 0.5 },
      { suffix: '_count', labels: { function: 'inc' }, value: 3 },
    ]);
  expect(page.text()).toBe(
    [
      '# HELP covey_clients Clients connected.',
      '# TYPE covey_clients gauge',
      'covey_clients 2',
      '# HELP covey_tasks Tasks by state.',
      '# TYPE covey_tasks gauge',
      'covey_tasks{state="waiting"} 1',
      'covey_tasks{state="memory"} 2',
      '# HELP covey_duration_seconds Durations.',
      '# TYPE covey_duration_seconds summary',
      'covey_duration_seconds_sum{function="inc"} 0.5',
      'covey_duration_seconds_count{function="inc"} 3',
      '',
    ].join('\n'),
  );
});

test('escapes what would break a line', () => {
  const page = new Exposition('').family('x', 'gauge', 'a\nb\\', [{ labels: { l: 'a"b\\c\nd' }, value: Infinity }]);
  expect(page.text()).toBe('# HELP x a\\nb\\\\\n# TYPE x gauge\nx{l="a\\"b\\\\c\\nd"} +Inf\n');
});

test('refuses bad names and families given twice', () => {
  const page = new Exposition('').gauge('x', '', 1);
  expect(() => page.gauge('x', '', 1)).toThrow('twice');
  expect(() => page.gauge('1x', '', 1)).toThrow('not a name');
});
