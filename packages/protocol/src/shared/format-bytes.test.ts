import { formatBinaryBytes, formatBytes } from './format-bytes.js';

test.each([
  [0, '0 B', '0 B'],
  [10, '10 B', '10 B'],
  [999, '999 B', '999 B'],
  [1000, '1 kB', '1000 B'],
  [1024, '1 kB', '1.0 KiB'],
  [1500, '1.5 kB', '1.5 KiB'],
  [99_950, '100 kB', '97.6 KiB'],
  [999_600, '1 MB', '976.2 KiB'],
  [2 ** 20 - 1, '1 MB', '1.0 MiB'],
  [8_000_000, '8 MB', '7.6 MiB'],
  [142_300_000, '142 MB', '135.7 MiB'],
  [3 * 2 ** 30, '3.2 GB', '3.0 GiB'],
  [2 ** 52, '4.5 PB', '4096.0 TiB'],
  [-1500, '-1.5 kB', '-1.5 KiB'],
])('%d bytes are %s, or %s', (nbytes, decimal, binary) => {
  expect(formatBytes(nbytes)).toBe(decimal);
  expect(formatBinaryBytes(nbytes)).toBe(binary);
});
