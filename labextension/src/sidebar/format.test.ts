import { plainTranslator } from '@covey/dashboard';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatDuration } from './format.js';

test.each([
  [-5, '0 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [100 * 3_600_000, '4 d'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms, plainTranslator as TranslationBundle)).toBe(text));
