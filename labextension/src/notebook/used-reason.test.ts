import type { TranslationBundle } from '@jupyterlab/translation';
import { usedReason } from './used-reason.js';

const marked = {
  __: (text: string, ...values: string[]) => `«${text.replace('%1', values[0] ?? '')}»`,
} as unknown as TranslationBundle;

test.each([
  ['the notebook names it', '«the notebook names it»'],
  ['COVEY_CLUSTER names it', '«COVEY_CLUSTER names it»'],
  ['no cluster was named; it ends with the kernel', '«no cluster was named; it ends with the kernel»'],
  ['a later version’s reason', 'a later version’s reason'],
])('%j reads %j', (reason, text) => expect(usedReason(reason, marked)).toBe(text));
