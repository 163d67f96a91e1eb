import { plainTranslator } from '@covey/dashboard';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes, formatDuration } from './format.js';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [9_960, '10 kB'],
  [1_234_567, '1.2 MB'],
  [999_700_000, '1.0 GB'],
  [64e9, '64 GB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [-5, '0 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [100 * 3_600_000, '4 d'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms, plainTranslator as TranslationBundle)).toBe(text));
