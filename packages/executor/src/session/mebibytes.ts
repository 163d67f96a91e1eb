/** Bytes as messages say them. */
export function mebibytes(nbytes: number): string {
  return `${(nbytes / 2 ** 20).toFixed(1)} MiB`;
}
