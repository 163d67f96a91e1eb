import { SettingsDrafts } from './drafts.js';

function settings(values: Record<string, unknown>) {
  return {
    get: (name: string) => ({ composite: values[name] as never, user: undefined }),
    set: async (name: string, value: unknown) => void (values[name] = value),
  };
}

const draft = { kind: 'local', name: 'a', idleMinutes: '', values: {} };

test('a preset is kept under its title, once, and taken away again', async () => {
  const values: Record<string, unknown> = {};
  const drafts = new SettingsDrafts(settings(values));
  await drafts.save('big', draft);
  await drafts.save('big', { ...draft, name: 'b' });
  await drafts.save('small', draft);
  expect(drafts.presets.map(({ title, draft: { name } }) => [title, name])).toEqual([
    ['big', 'b'],
    ['small', 'a'],
  ]);
  await drafts.remove('big');
  expect(drafts.presets.map(({ title }) => title)).toEqual(['small']);
});

test('what people wrote by hand and is not as it should be counts as absent', () => {
  const drafts = new SettingsDrafts(
    settings({ presets: [3, { title: 'x', draft: { kind: 7, idleMinutes: 5, values: { workers: 2, bad: [] } } }] }),
  );
  expect(drafts.presets).toEqual([
    { title: 'x', draft: { kind: '7', name: '', idleMinutes: '5', values: { workers: '2' } } },
  ]);
  expect(drafts.initial).toEqual({ kind: 'local', name: '', idleMinutes: '', values: {} });
});

test('where nothing can be kept, nobody is told that it was', async () => {
  await expect(new SettingsDrafts(undefined).save('big', draft)).rejects.toThrow('keeps no settings');
});
