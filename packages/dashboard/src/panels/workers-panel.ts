/** A row a worker: what it uses, holds and does. A table by nature. */
import { formatBytes } from '@covey/protocol/bridge';
import type { WorkerRow } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { cssOf } from '../draw/palette.js';
import { h, setText, setTitle } from '../view/dom.js';
import { formatCount, formatDuration, formatRate, formatShare } from '../view/format.js';
import { legendItem } from '../view/name-cell.js';
import { PanelShell } from '../view/panel-shell.js';
import { fillBar } from '../view/stacked-bar.js';
import { VirtualTable } from '../view/virtual-table.js';

const STATUS = {
  running: { symbol: '●', tone: 'good' },
  paused: { symbol: '❚❚', tone: 'warning' },
  retiring: { symbol: '◌', tone: 'warning' },
} as const;

export function createWorkers(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  const shell: PanelShell = new PanelShell(host, context, {
    title: trans.__('Workers'),
    name: 'workers',
    topics: ['workers'],
    hasData: ({ workers }) => (workers?.length ?? 0) > 0,
    emptyText: trans.__('No workers. Scale the cluster up, or start some with “covey worker”.'),
    summary: ({ workers = [] }) => {
      const sum = (of: (row: WorkerRow) => number) => (workers ?? []).reduce((total, row) => total + of(row), 0);
      const count = workers?.length ?? 0;
      const used = sum(({ memory }) => memory.process);
      const limit = sum(({ memory }) => memory.limit);
      const of = limit > 0 ? trans.__(' of %1', formatBytes(limit)) : '';
      return `${trans._n('One worker', '%1 workers', count)}, ${trans._n(
        'one thread',
        '%1 threads',
        sum((row) => row.threads),
      )}; ${trans.__('%1 processors busy', sum((row) => row.cpu).toFixed(1))}; ${formatBytes(used)}${of}; ${trans.__('%1 tasks running', formatCount(sum((row) => row.executing)))}.`;
    },
    draw: ({ workers }) => {
      table.setRows(workers ?? []);
      return undefined;
    },
    themeChanged: () => drawLegend(),
    disposed: () => table.dispose(),
  });

  const memoryText = ({ memory }: WorkerRow) =>
    [
      trans.__('%1 resident', formatBytes(memory.process)),
      trans.__('%1 results', formatBytes(memory.managed)),
      trans.__('%1 read by tasks', formatBytes(memory.leased)),
      trans.__('%1 on disk', formatBytes(memory.spilled)),
      memory.limit > 0 ? trans.__('limit %1', formatBytes(memory.limit)) : trans.__('no limit'),
    ].join(', ');
  const brand = () => cssOf(shell.theme.brand);

  const table = new VirtualTable<WorkerRow>({
    label: trans.__('Workers'),
    translate: trans,
    rowHeight: 28,
    sort: { column: 'name', descending: false },
    columns: [
      {
        id: 'name',
        label: trans.__('Name'),
        width: 'minmax(130px, 2fr)',
        value: ({ name }) => name,
        fill: (cell, { name, address, host, pid }) => {
          setText(cell, name);
          setTitle(cell, `${name}\n${address}\n${host}, ${trans.__('process %1', pid)}`);
        },
      },
      {
        id: 'status',
        label: trans.__('Status'),
        width: '82px',
        spare: 2,
        value: ({ status }) => status,
        fill: (cell, { status }) => {
          const badge = (cell.firstElementChild as HTMLElement | null) ?? h('span', { class: 'covey-Badge' });
          if (badge.parentNode === null) cell.append(badge);
          badge.dataset['symbol'] = STATUS[status].symbol;
          badge.dataset['tone'] = STATUS[status].tone;
          setText(badge, statusText(status));
        },
      },
      {
        id: 'cpu',
        label: trans.__('CPU'),
        width: 'minmax(96px, 1fr)',
        value: ({ cpu }) => cpu,
        fill: (cell, { cpu, threads }) =>
          fillBar(
            cell,
            [{ pattern: 'released', amount: Math.min(cpu, threads) }],
            threads,
            brand(),
            trans.__('%1 of %2 threads busy', cpu.toFixed(2), threads),
            `${Math.round(cpu * 100)} %`,
          ),
      },
      {
        id: 'memory',
        label: trans.__('Memory'),
        width: 'minmax(140px, 1.6fr)',
        value: ({ memory }) => memory.process,
        fill: (cell, row) => {
          const { memory } = row;
          const managed = Math.min(memory.managed, memory.process);
          const leased = Math.min(memory.leased, memory.process - managed);
          const whole = memory.limit > 0 ? memory.limit : largestMemory(shell.store.workers ?? []);
          const parts = [
            { pattern: 'managed', amount: managed },
            { pattern: 'leased', amount: leased },
            { pattern: 'unmanaged', amount: memory.process - managed - leased },
          ];
          fillBar(cell, parts, whole, brand(), memoryText(row));
        },
      },
      {
        id: 'used',
        label: trans.__('Used'),
        width: '104px',
        end: true,
        value: ({ memory }) => memory.process,
        text: ({ memory }) =>
          memory.limit > 0
            ? `${formatBytes(memory.process)}, ${formatShare(memory.process, memory.limit)}`
            : formatBytes(memory.process),
      },
      {
        id: 'managed',
        label: trans.__('Results'),
        width: '72px',
        spare: 6,
        end: true,
        value: ({ memory }) => memory.managed,
        text: ({ memory }) => formatBytes(memory.managed),
      },
      {
        id: 'spilled',
        label: trans.__('On disk'),
        width: '68px',
        spare: 5,
        end: true,
        value: ({ memory }) => memory.spilled,
        text: ({ memory }) => formatBytes(memory.spilled),
      },
      {
        id: 'executing',
        label: trans.__('Running'),
        width: '68px',
        end: true,
        value: ({ executing }) => executing,
        text: ({ executing, threads }) => `${executing} / ${threads}`,
      },
      {
        id: 'ready',
        label: trans.__('Ready'),
        width: '54px',
        spare: 3,
        end: true,
        value: ({ ready }) => ready,
        text: ({ ready }) => formatCount(ready),
      },
      {
        id: 'held',
        label: trans.__('Held'),
        width: '62px',
        spare: 8,
        end: true,
        value: ({ held }) => held,
        text: ({ held }) => formatCount(held),
      },
      {
        id: 'completed',
        label: trans.__('Done'),
        width: '70px',
        spare: 4,
        end: true,
        value: ({ completed }) => completed,
        text: ({ completed }) => formatCount(completed),
      },
      {
        id: 'occupancy',
        label: trans.__('Work ahead'),
        width: '84px',
        spare: 7,
        end: true,
        value: ({ occupancyMs }) => occupancyMs,
        text: ({ occupancyMs }) => formatDuration(occupancyMs),
      },
      {
        id: 'read',
        label: trans.__('Net in'),
        width: '80px',
        end: true,
        value: ({ readRate }) => readRate,
        text: ({ readRate }) => formatRate(readRate),
      },
      {
        id: 'write',
        label: trans.__('Net out'),
        width: '80px',
        end: true,
        value: ({ writeRate }) => writeRate,
        text: ({ writeRate }) => formatRate(writeRate),
      },
      {
        id: 'delay',
        label: trans.__('Loop delay'),
        width: '78px',
        spare: 9,
        end: true,
        value: ({ loopDelayMs }) => loopDelayMs,
        text: ({ loopDelayMs }) => formatDuration(loopDelayMs),
      },
    ],
  });
  const legend = h('ul', { class: 'covey-Legend', 'aria-label': trans.__('Memory') });
  shell.plot.append(h('div', { class: 'covey-Split' }, legend, h('div', { class: 'covey-Split-rest' }, table.element)));
  drawLegend();

  function drawLegend(): void {
    legend.replaceChildren(
      legendItem(trans.__('memory of results'), brand(), 'covey-mod-managed'),
      legendItem(trans.__('read by tasks'), brand(), 'covey-mod-leased'),
      legendItem(trans.__('everything else in the process'), brand(), 'covey-mod-unmanaged'),
    );
  }

  function statusText(status: WorkerRow['status']): string {
    if (status === 'running') return trans.__('running');
    return status === 'paused' ? trans.__('paused') : trans.__('retiring');
  }
  return shell;
}

/** The scale of workers without limits. */
function largestMemory(rows: readonly WorkerRow[]): number {
  return rows.reduce((largest, { memory }) => Math.max(largest, memory.process), 1);
}
