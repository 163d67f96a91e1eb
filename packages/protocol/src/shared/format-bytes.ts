/** Amounts of bytes as people read them: six places show them, which are to agree. */

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** For what is shown: `10 B`, `7.6 MB`, `142 MB`; from a hundred on without a fraction. */
export function formatBytes(nbytes: number): string {
  // What would be rounded to 1000 belongs to the next unit.
  const [amount, unit] = scaled(nbytes, 1000, 999.5, DECIMAL);
  const digits = unit === 'B' || Math.abs(amount) >= 99.95 ? 0 : 1;
  return `${Number(amount.toFixed(digits))} ${unit}`;
}

/** For messages, in the units in which limits are given: `10 B`, `7.6 MiB`. */
export function formatBinaryBytes(nbytes: number): string {
  const [amount, unit] = scaled(nbytes, 1024, 1023.95, BINARY);
  return unit === 'B' ? `${amount} B` : `${amount.toFixed(1)} ${unit}`;
}

function scaled(nbytes: number, step: number, most: number, units: readonly string[]): [amount: number, unit: string] {
  let amount = nbytes;
  let unit = 0;
  while (Math.abs(amount) >= most && unit < units.length - 1) {
    amount /= step;
    unit++;
  }
  return [amount, units[unit]!];
}
