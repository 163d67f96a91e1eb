import { formatBytes } from './format-bytes.js';

test.each([
  [0, '0 B'],
  [10, '10 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [2 ** 20 - 1, '1.0 MiB'],
  [8_000_000, '7.6 MiB'],
  [3 * 2 ** 30, '3.0 GiB'],
  [2 ** 52, '4096.0 TiB'],
])('%d bytes are %s', (nbytes, text) => expect(formatBytes(nbytes)).toBe(text));
