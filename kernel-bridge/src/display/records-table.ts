/**
 * Arrays of plain objects are tables. Looks at no more of a long array than it must, and runs no getter.
 */
import { cellText } from './text.js';
import { COLUMNS_MAX, ROWS_MAX, shownOf } from './table.js';
import type { Table } from './table.js';

const SAMPLE = 200;
const NAMES_MAX = 2000;

export function recordsTable(value: unknown): Table | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rows = value as readonly unknown[];
  // As far as it is looked at, all are records: their union of names are the columns.
  const sample = shownOf(rows.length, SAMPLE).map((at) => rows[at]);
  if (!sample.every(isRecord)) return undefined;
  const names = new Set<string>();
  for (const record of sample) for (const name of Object.keys(record)) if (names.size < NAMES_MAX) names.add(name);
  if (names.size === 0 || !isFlat(sample)) return undefined;
  return tableOf(rows as readonly object[], [...names], (at) => String(at), '');
}

/** A table of records under given names. */
export function tableOf(
  records: readonly object[],
  names: readonly string[],
  labelOf: (row: number) => string,
  corner: string,
): Table {
  const columnAt = shownOf(names.length, COLUMNS_MAX).map((at) => names[at] ?? '');
  const shown = shownOf(records.length, ROWS_MAX);
  const valueAt = (row: number, name: string): unknown => ownData(records[row], name);
  return {
    columns: columnAt.map((name) => ({
      name,
      isNumeric: shown.every((row) => isNumberOrNothing(valueAt(row, name))),
    })),
    rows: shown.map((row) => ({
      label: labelOf(row),
      cells: columnAt.map((name) => cellText(valueAt(row, name))),
    })),
    rowCount: records.length,
    columnCount: names.length,
    corner,
  };
}

export function isNumberOrNothing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'bigint';
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Mostly values, not trees: those are better read as such. */
function isFlat(records: readonly object[]): boolean {
  let nested = 0;
  let all = 0;
  for (const record of records.slice(0, 20)) {
    for (const name of Object.keys(record)) {
      const value = ownData(record, name);
      all++;
      if (typeof value === 'object' && value !== null && !(value instanceof Date)) nested++;
    }
  }
  return nested * 2 <= all;
}

function ownData(holder: object | undefined, name: string): unknown {
  if (holder === undefined) return undefined;
  const property = Object.getOwnPropertyDescriptor(holder, name);
  if (property === undefined) return undefined;
  return property.get === undefined ? (property.value as unknown) : '[Getter]';
}
