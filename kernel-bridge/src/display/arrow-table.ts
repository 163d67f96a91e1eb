/**
 * Tables of Apache Arrow, and data frames that look alike: known by what they can do, so that no library is needed here.
 */
import { isNumberOrNothing } from './records-table.js';
import { cellText } from './text.js';
import { COLUMNS_MAX, ROWS_MAX, shownOf } from './table.js';
import type { Table } from './table.js';

interface ArrowLike {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type?: { toString(): string } }[] };
  getChildAt(index: number): { get(row: number): unknown } | null;
}

export function arrowTable(value: object): Table | undefined {
  if (!isArrowLike(value)) return undefined;
  const { fields } = value.schema;
  const columns = shownOf(fields.length, COLUMNS_MAX).map((at) => ({ field: fields[at], data: value.getChildAt(at) }));
  const rows = shownOf(value.numRows, ROWS_MAX);
  return {
    columns: columns.map(({ field, data }) => ({
      name: nameOf(field),
      isNumeric: rows.every((row) => isNumberOrNothing(data?.get(row))),
    })),
    rows: rows.map((row) => ({
      label: String(row),
      cells: columns.map(({ data }) => cellText(data?.get(row) ?? undefined)),
    })),
    rowCount: value.numRows,
    columnCount: fields.length,
    corner: '',
  };
}

function nameOf(field: { readonly name: string; readonly type?: { toString(): string } } | undefined): string {
  return field === undefined ? '' : field.type === undefined ? field.name : `${field.name}: ${String(field.type)}`;
}

function isArrowLike(value: object): value is ArrowLike {
  const { numRows, schema, getChildAt } = value as Partial<ArrowLike>;
  return typeof numRows === 'number' && Array.isArray(schema?.fields) && typeof getChildAt === 'function';
}
