const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes as messages say them, in the units in which limits are given: `10 B`, `7.6 MiB`. */
export function formatBytes(nbytes: number): string {
  if (nbytes < 1024) return `${nbytes} B`;
  let amount = nbytes / 1024;
  let unit = 0;
  // What would be rounded to 1024.0 belongs to the next unit.
  while (amount >= 1023.95 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount.toFixed(1)} ${UNITS[unit]!}`;
}
