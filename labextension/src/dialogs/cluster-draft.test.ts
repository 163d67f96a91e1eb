import { plainTranslator } from '@covey/dashboard';
import type { TranslationBundle } from '@jupyterlab/translation';
import { readDraft } from './cluster-draft.js';

const trans = plainTranslator as TranslationBundle;
const draft = { kind: 'local', name: '', idleMinutes: '', values: {} };

test.each([
  ['', true],
  ['analysis', true],
  [' analysis ', true],
  ['my cluster', false],
  ['-a', false],
  ['tcp://host:1', false],
])('%j may be a name: %s', (name, isRight) => {
  expect('name' in readDraft([], { ...draft, name }, trans).problems).toBe(!isRight);
});

test('what was started elsewhere has no minutes, whatever the settings say', () => {
  const elsewhere = { name: 'address', label: '', summary: '', isOwned: false, fields: [] };
  const read = readDraft([elsewhere], { ...draft, kind: 'address', idleMinutes: '5' }, trans);
  expect(read).toMatchObject({ idleTimeoutMs: undefined, problems: {} });
});

test('minutes become milliseconds', () => {
  expect(readDraft([], { ...draft, idleMinutes: '1.5' }, trans)).toMatchObject({ idleTimeoutMs: 90_000, problems: {} });
});
