/**
 * Maps with many entries, and maps to records, are tables: a key and its value, or its record's fields, in each row.
 * Other maps and sets are better read as Node prints them.
 */
import { isNumberOrNothing, recordsTable } from './records-table.js';
import { cellText } from './text.js';
import { ROWS_MAX, shownOf } from './table.js';
import type { Table } from './table.js';

const FROM = 4;

export function collectionTable(value: unknown): Table | undefined {
  if (!(value instanceof Map) || value.size === 0) return undefined;
  const keys: unknown[] = [];
  const values: unknown[] = [];
  // Only what is shown is kept: a map can be large.
  const shown = new Set(shownOf(value.size, ROWS_MAX));
  let at = 0;
  for (const [key, entry] of value as Map<unknown, unknown>) {
    if (shown.has(at++)) {
      keys.push(key);
      values.push(entry);
    }
  }
  if (!keys.every((key) => typeof key !== 'object' && typeof key !== 'function')) return undefined;
  const records = recordsTable(values);
  if (records !== undefined) {
    const rows = records.rows.map((row, index) => ({ ...row, label: cellText(keys[index]) }));
    return { ...records, rows, rowCount: value.size, corner: 'key' };
  }
  const isSimple = values.every((entry) => typeof entry !== 'object' || entry === null || entry instanceof Date);
  if (!isSimple || value.size < FROM) return undefined;
  return {
    columns: [{ name: 'value', isNumeric: values.every(isNumberOrNothing) }],
    rows: keys.map((key, index) => ({ label: cellText(key), cells: [cellText(values[index])] })),
    rowCount: value.size,
    columnCount: 1,
    corner: 'key',
  };
}
