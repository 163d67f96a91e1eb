/** How far each function's tasks are: a row a function, a bar of their states. */
import type { ProgressRow } from '@covey/protocol/bridge';
import type { Panel, PanelContext, Translator } from '../context.js';
import { cssOf } from '../draw/palette.js';
import { h } from '../view/dom.js';
import { formatCount, formatDuration } from '../view/format.js';
import { fillName, legendItem } from '../view/name-cell.js';
import { PanelShell } from '../view/panel-shell.js';
import { fillBar } from '../view/stacked-bar.js';
import { VirtualTable } from '../view/virtual-table.js';
import type { Column } from '../view/virtual-table.js';

export function createProgress(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  const shell: PanelShell<ProgressRow> = new PanelShell<ProgressRow>(host, context, {
    title: trans.__('Progress'),
    name: 'progress',
    topics: ['progress'],
    hasData: ({ progress }) => (progress?.length ?? 0) > 0,
    emptyText: trans.__(
      'No tasks yet. Submit some with executor.submit or executor.map, and their functions appear here.',
    ),
    summary: ({ progress }) => summaryOf(progress ?? [], trans),
    draw: ({ progress }) => {
      bars.setRows(progress ?? []);
      return undefined;
    },
    table: {
      columns: [
        { id: 'name', label: trans.__('Function'), width: 'minmax(180px, 3fr)', value: ({ name }) => name },
        ...(
          [
            ['released', trans.__('Released')],
            ['memory', trans.__('In memory')],
            ['erred', trans.__('Failed')],
            ['processing', trans.__('Processing')],
            ['queued', trans.__('Queued')],
            ['waiting', trans.__('Waiting')],
          ] as const
        ).map(([id, label]): Column<ProgressRow> => ({
          id,
          label,
          width: '92px',
          end: true,
          value: (row) => row[id],
          text: (row) => formatCount(row[id]),
        })),
        { id: 'mean', label: trans.__('Mean'), width: '90px', end: true, value: ({ meanMs }) => meanMs, text: meanOf },
      ],
      sort: { column: 'processing', descending: true },
      rows: ({ progress }) => progress ?? [],
    },
    themeChanged: () => drawLegend(),
    disposed: () => bars.dispose(),
  });

  const bars = new VirtualTable<ProgressRow>({
    label: trans.__('Progress by function'),
    translate: trans,
    rowHeight: 28,
    columns: [
      {
        id: 'name',
        label: trans.__('Function'),
        width: 'minmax(96px, 1fr)',
        value: ({ name }) => name,
        fill: (cell, { name }) => fillName(cell, name, shell.theme),
      },
      { id: 'bar', label: trans.__('States'), width: 'minmax(110px, 3fr)', value: shareDone, fill: fillStates },
      {
        id: 'done',
        label: trans.__('Done'),
        width: 'minmax(96px, 128px)',
        spare: 1,
        end: true,
        value: doneOf,
        text: (row) => `${formatCount(doneOf(row))} / ${formatCount(totalOf(row))}`,
      },
      {
        id: 'erred',
        label: trans.__('Failed'),
        width: '64px',
        spare: 2,
        end: true,
        value: ({ erred }) => erred,
        text: ({ erred }) => (erred === 0 ? '' : `▲ ${formatCount(erred)}`),
      },
      {
        id: 'mean',
        label: trans.__('Mean'),
        width: '72px',
        spare: 3,
        end: true,
        value: ({ meanMs }) => meanMs,
        text: meanOf,
      },
    ],
  });
  const legend = h('ul', { class: 'covey-Legend', 'aria-label': trans.__('States') });
  const barsHost = h('div', { class: 'covey-Split-rest' }, bars.element);
  shell.plot.append(h('div', { class: 'covey-Split' }, legend, barsHost));
  drawLegend();

  function drawLegend(): void {
    const colour = cssOf(shell.theme.quiet);
    legend.replaceChildren(
      ...(
        [
          [trans.__('released'), 'released'],
          [trans.__('in memory'), 'memory'],
          [trans.__('failed'), 'erred'],
          [trans.__('processing'), 'processing'],
          [trans.__('queued'), 'queued'],
          [trans.__('waiting: the empty rest'), 'waiting'],
        ] as const
      ).map(([label, state]) => legendItem(label, colour, `covey-mod-${state}`)),
    );
  }

  function fillStates(cell: HTMLElement, row: ProgressRow): void {
    const colour = cssOf(shell.theme.functionColour(row.name));
    const states = ['released', 'memory', 'erred', 'processing', 'queued'] as const;
    const parts = states.map((state) => ({ pattern: state, amount: row[state] }));
    const title = trans.__(
      '%1 released, %2 in memory, %3 failed, %4 processing, %5 queued, %6 waiting',
      ...[...states, 'waiting' as const].map((state) => formatCount(row[state])),
    );
    fillBar(cell, parts, totalOf(row), colour, title);
  }
  return shell;
}

function summaryOf(rows: readonly ProgressRow[], trans: Translator): string {
  const sum = (of: (row: ProgressRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [done, total, erred] = [sum(doneOf), sum(totalOf), sum((row) => row.erred)];
  const text = trans.__('%1 of %2 tasks done', formatCount(done), formatCount(total));
  const functions = trans._n('one function', '%1 functions', rows.length);
  const failed = erred > 0 ? trans._n(', one failed', ', %1 failed', erred) : '';
  return `${text}${failed}; ${functions}; ${trans.__('%1 processing', formatCount(sum((row) => row.processing)))}.`;
}

function doneOf({ memory, released }: ProgressRow): number {
  return memory + released;
}

function totalOf({ waiting, queued, processing, memory, erred, released }: ProgressRow): number {
  return waiting + queued + processing + memory + erred + released;
}

function shareDone(row: ProgressRow): number {
  return doneOf(row) / Math.max(1, totalOf(row));
}

function meanOf({ meanMs }: ProgressRow): string {
  return meanMs > 0 ? formatDuration(meanMs) : '–';
}
