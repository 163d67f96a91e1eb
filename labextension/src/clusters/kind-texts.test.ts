import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterKindForm, FormField } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import { kindLabel, translateForms } from './kind-texts.js';

const marked = { __: (text: string) => `«${text}»` } as unknown as TranslationBundle;
const field = (name: string): FormField => ({
  ...{ name, label: 'Given', help: 'given', defaultMeans: 'given' },
  ...{ type: 'text', isRequired: false },
});
const form = (name: string, ...fields: FormField[]): ClusterKindForm => ({ name, label: 'Given', summary: '', fields });

test('what can be translated is what managers of this version tell', () => {
  const translated = new Set<string>();
  const collecting = { __: (text: string) => (translated.add(text), text) } as unknown as TranslationBundle;
  translateForms([form('local'), form('address')], collecting);
  const kinds = join(__dirname, '..', '..', '..', 'packages', 'deploy', 'src', 'keeper', 'cluster-kinds.ts');
  const told = [...readFileSync(kinds, 'utf8').matchAll(/^ +(?:label|summary|defaultMeans): (['"])(.*)\1,$/gm)];
  const isLanguage = (text: string): boolean => text !== '' && text !== '127.0.0.1';
  expect([...translated].sort()).toEqual([...new Set(told.map(([, , text]) => text ?? '').filter(isLanguage))].sort());
});

test('known kinds and fields are translated, others are shown as given', () => {
  expect(translateForms([form('slurm', field('queue')), form('local', field('port'), field('queue'))], marked)).toEqual(
    [
      form('slurm', field('queue')),
      {
        ...form('local'),
        ...{ label: '«Local»', summary: '«Processes on this machine.»' },
        fields: [
          {
            ...field('port'),
            label: '«Port»',
            help: "«The scheduler's port, for ws and wss.»",
            defaultMeans: '«any that is free»',
          },
          field('queue'),
        ],
      },
    ],
  );
  expect([kindLabel('slurm', marked), kindLabel('local', marked)]).toEqual(['slurm', '«Local»']);
});
