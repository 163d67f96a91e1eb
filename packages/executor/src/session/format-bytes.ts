/** Bytes as messages say them. */
export function formatBytes(nbytes: number): string {
  return nbytes < 2 ** 20 ? `${(nbytes / 2 ** 10).toFixed(1)} KiB` : `${(nbytes / 2 ** 20).toFixed(1)} MiB`;
}
