/** A table of any length: only the rows that are seen have elements. Columns sort; rows may lead somewhere. */
import type { Translator } from '../context.js';
import { h, setText, setTitle } from './dom.js';
import { columnsThatFit, leastWidthOf } from './table-columns.js';

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** A track of a CSS grid. */
  readonly width: string;
  /** Numbers stand at the end. */
  readonly end?: boolean;
  /** Where not all columns have room those with a spare are left out, the largest first. */
  readonly spare?: number;
  /** What the column sorts by. */
  value(row: Row): string | number;
  /** What is written; default the value. */
  text?(row: Row): string;
  /** Draws into the cell instead of writing text. Called again with the same cell for other rows. */
  fill?(cell: HTMLElement, row: Row): void;
}

export interface TableOptions<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly translate: Translator;
  readonly sort?: { readonly column: string; readonly descending: boolean };
  /** Follows the row: makes its first cell a button. */
  readonly open?: (row: Row) => void;
  readonly isOpen?: (row: Row) => boolean;
  readonly rowHeight?: number;
}

interface DrawnRow<Row> {
  readonly element: HTMLElement;
  readonly cells: readonly HTMLElement[];
  row: Row | undefined;
  index: number;
}

/** Rows beyond both edges that are kept ready. */
const SPARE_ROWS = 6;

export class VirtualTable<Row> {
  readonly element: HTMLElement;
  readonly #options: TableOptions<Row>;
  readonly #rowHeight: number;
  #shown: readonly boolean[] = [];
  readonly #body: HTMLElement;
  readonly #headers = new Map<string, HTMLElement>();
  readonly #drawn: DrawnRow<Row>[] = [];
  readonly #observer: ResizeObserver;
  #sort: { column: string; descending: boolean } | undefined;
  #rows: readonly Row[] = [];
  #sorted: readonly Row[] = [];

  constructor(options: TableOptions<Row>) {
    this.#options = options;
    this.#rowHeight = options.rowHeight ?? 26;
    this.#sort = options.sort;
    const head = h('div', { role: 'row', class: 'covey-Table-row covey-Table-head' });
    for (const column of options.columns) head.append(this.#header(column));
    this.#body = h('div', { role: 'rowgroup', class: 'covey-Table-body' });
    this.element = h(
      'div',
      { role: 'table', class: 'covey-Table', tabindex: 0, 'aria-label': options.label },
      h('div', { role: 'rowgroup', class: 'covey-Table-heads' }, head),
      this.#body,
    );
    this.element.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.#observer = new ResizeObserver(() => {
      this.#fit();
      this.#draw();
    });
    this.#observer.observe(this.element);
    this.#fit();
    this.#showSort();
  }

  setRows(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#arrange();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.element.remove();
  }

  #header(column: Column<Row>): HTMLElement {
    const button = h('button', { type: 'button', class: 'covey-Table-sort' }, h('span', { text: column.label }));
    button.addEventListener('click', () => this.#sortBy(column));
    const end = column.end === true ? ' covey-mod-end' : '';
    const header = h('div', { role: 'columnheader', class: `covey-Table-cell${end}`, title: column.label }, button);
    this.#headers.set(column.id, header);
    return header;
  }

  #sortBy({ id, end }: Column<Row>): void {
    const descending = this.#sort?.column === id ? !this.#sort.descending : end === true;
    this.#sort = { column: id, descending };
    this.#showSort();
    this.#arrange();
  }

  #showSort(): void {
    for (const [id, header] of this.#headers) {
      const isSorted = this.#sort?.column === id;
      const order = !isSorted ? 'none' : this.#sort!.descending ? 'descending' : 'ascending';
      header.setAttribute('aria-sort', order);
    }
  }

  #arrange(): void {
    const column = this.#options.columns.find(({ id }) => id === this.#sort?.column);
    const rows = [...this.#rows];
    if (column !== undefined) {
      const sign = this.#sort!.descending ? -1 : 1;
      rows.sort((a, b) => sign * compare(column.value(a), column.value(b)));
    }
    this.#sorted = rows;
    this.#body.style.height = `${rows.length * this.#rowHeight}px`;
    this.element.setAttribute('aria-rowcount', String(rows.length + 1));
    this.#draw(true);
  }

  /** Leaves out what has no room. Its rows' columns stand below each other, so their widths are said once. */
  #fit(): void {
    const { columns } = this.#options;
    const shown = columnsThatFit(columns, this.element.clientWidth);
    if (shown.every((isShown, i) => isShown === this.#shown[i])) return;
    this.#shown = shown;
    const seen = columns.filter((_, i) => shown[i]);
    this.element.style.setProperty('--covey-tracks', seen.map(({ width }) => width).join(' '));
    this.element.style.setProperty('--covey-least-width', `${leastWidthOf(seen)}px`);
    this.#showColumns([...this.#headers.values()]);
    for (const { cells } of this.#drawn) this.#showColumns(cells);
  }

  #showColumns(cells: readonly HTMLElement[]): void {
    for (const [i, cell] of cells.entries()) cell.hidden = this.#shown[i] === false;
  }

  #draw(withSameRows = false): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - SPARE_ROWS);
    const wanted = Math.ceil(clientHeight / this.#rowHeight) + 2 * SPARE_ROWS;
    const count = clientHeight === 0 ? 0 : Math.max(0, Math.min(this.#sorted.length - first, wanted));
    while (this.#drawn.length > count) this.#drawn.pop()!.element.remove();
    while (this.#drawn.length < count) this.#drawn.push(this.#newRow());
    // A row keeps its element while it is seen, so that focus stays with it.
    for (let index = first; index < first + count; index++) {
      const drawn = this.#drawn[index % count]!;
      if (drawn.index !== index) {
        drawn.index = index;
        drawn.element.style.top = `${index * this.#rowHeight}px`;
        drawn.element.setAttribute('aria-rowindex', String(index + 2));
      }
      const row = this.#sorted[index]!;
      if (withSameRows || drawn.row !== row) this.#fill(drawn, row);
    }
  }

  #newRow(): DrawnRow<Row> {
    const cells = this.#options.columns.map(({ end }) =>
      h('div', { role: 'cell', class: `covey-Table-cell${end === true ? ' covey-mod-end' : ''}` }),
    );
    const element = h('div', { role: 'row', class: 'covey-Table-row' }, ...cells);
    this.#showColumns(cells);
    element.style.height = `${this.#rowHeight}px`;
    const drawn: DrawnRow<Row> = { element, cells, row: undefined, index: -1 };
    const { open } = this.#options;
    if (open !== undefined) {
      element.classList.add('covey-mod-open');
      element.addEventListener('click', () => {
        if (drawn.row !== undefined) open(drawn.row);
      });
      cells[0]?.append(h('button', { type: 'button', class: 'covey-Table-link' }));
    }
    this.#body.append(element);
    return drawn;
  }

  #fill(drawn: DrawnRow<Row>, row: Row): void {
    drawn.row = row;
    const { columns, isOpen } = this.#options;
    if (isOpen !== undefined) drawn.element.setAttribute('aria-current', String(isOpen(row)));
    for (const [i, column] of columns.entries()) {
      const cell = drawn.cells[i]!;
      const target = (i === 0 && this.#options.open !== undefined ? cell.firstElementChild : cell) as HTMLElement;
      if (column.fill !== undefined) column.fill(target, row);
      else {
        const text = column.text?.(row) ?? String(column.value(row));
        setText(target, text);
        setTitle(cell, text);
      }
    }
  }
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
