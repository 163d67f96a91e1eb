/**
 * A table as what it is shown from: only the cells that are shown, and how many there are.
 */
export interface Table {
  readonly columns: readonly Column[];
  /** Each row as long as `columns`. */
  readonly rows: readonly Row[];
  readonly rowCount: number;
  readonly columnCount: number;
  /** What stands above the row labels. */
  readonly corner: string;
}

export interface Column {
  readonly name: string;
  /** Of numbers: they stand at the right. */
  readonly isNumeric: boolean;
}

export interface Row {
  readonly label: string;
  readonly cells: readonly string[];
}

export const ROWS_MAX = 60;
export const COLUMNS_MAX = 20;
const ENDS = 5;

/** Which rows, or columns, are shown of so many: all, or the first and the last ones. */
export function shownOf(count: number, max: number): readonly number[] {
  if (count <= max) return Array.from({ length: count }, (_, index) => index);
  return [
    ...Array.from({ length: max - ENDS }, (_, index) => index),
    ...Array.from({ length: ENDS }, (_, index) => count - ENDS + index),
  ];
}

/** Where in a list of shown positions something was left out before. */
export function hasGapBefore(shown: readonly number[], at: number): boolean {
  return at > 0 && shown[at] !== (shown[at - 1] ?? 0) + 1;
}

/** Tells how much of it is shown, when that isn't all. */
export function extentOf({ rows, columns, rowCount, columnCount }: Table): string {
  const number = (count: number): string => count.toLocaleString('en');
  const isWhole = rows.length === rowCount && columns.length === columnCount;
  const size = `${number(rowCount)} ${rowCount === 1 ? 'row' : 'rows'} × ${number(columnCount)} ${columnCount === 1 ? 'column' : 'columns'}`;
  return isWhole ? size : `${size}; shown: ${number(rows.length)} × ${number(columns.length)}`;
}
