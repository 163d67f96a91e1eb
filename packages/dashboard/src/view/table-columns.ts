/** Which columns of a table have room. */

export interface ColumnSize {
  /** A track of a CSS grid. */
  readonly width: string;
  /** Left out where there is no room, the largest first; without one, never. */
  readonly spare?: number;
}

/** As the style has them, in pixels. */
const GAP = 14;
const PADDING = 20;

/** Of a table that is `width` pixels wide; a table that isn't laid out yet shows all. */
export function columnsThatFit(columns: readonly ColumnSize[], width: number): readonly boolean[] {
  const shown = columns.map(() => true);
  if (width === 0) return shown;
  const spare = columns
    .map((column, index) => ({ index, spare: column.spare ?? 0 }))
    .filter((candidate) => candidate.spare > 0)
    .sort((a, b) => b.spare - a.spare || b.index - a.index);
  for (const { index } of spare) {
    if (leastWidthOf(columns.filter((_, i) => shown[i])) <= width) break;
    shown[index] = false;
  }
  return shown;
}

/** The sum of the tracks' least widths, with the gaps and the padding. */
export function leastWidthOf(columns: readonly ColumnSize[]): number {
  const tracks = columns.map(({ width }) => Number(/\d+/.exec(width)?.[0] ?? 0));
  return tracks.reduce((sum, track) => sum + track, 0) + (columns.length - 1) * GAP + PADDING;
}
