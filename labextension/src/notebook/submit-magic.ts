/** The first line that makes a cell always run on the cluster. */
const MAGIC = /^%%submit\b[^\n]*\n?/;

export function hasSubmitMagic(source: string): boolean {
  return MAGIC.test(source.trimStart());
}

/** Writes the line into a cell, or takes it away again. */
export function toggleSubmitMagic(source: string): string {
  return hasSubmitMagic(source) ? source.trimStart().replace(MAGIC, '') : `%%submit\n${source}`;
}
