/** The cluster over time: processors, memory, tasks and bytes a second, as lines. */
import { formatBytes } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import type { Rgb } from '../draw/palette.js';
import type { Theme } from '../draw/theme.js';
import type { OverviewSample } from '../store/overview-history.js';
import { h } from '../view/dom.js';
import { formatCount, formatRate, formatShare, formatTime } from '../view/format.js';
import { PanelShell } from '../view/panel-shell.js';
import type { Column } from '../view/virtual-table.js';
import { LineChart } from './line-chart.js';

type Amount = Exclude<keyof OverviewSample, 'timeMs'>;

export function createSystem(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  const column = (id: Amount, label: string, text: (amount: number) => string): Column<OverviewSample> => ({
    id,
    label,
    width: 'minmax(80px, 1fr)',
    end: true,
    value: (sample) => sample[id] ?? -1,
    text: (sample) => (sample[id] === null ? '–' : text(sample[id])),
  });
  const shell: PanelShell<OverviewSample> = new PanelShell<OverviewSample>(host, context, {
    title: trans.__('Memory and CPU'),
    name: 'system',
    topics: ['overview'],
    hasData: ({ overview }) => overview !== undefined,
    emptyText: trans.__('The cluster has told nothing yet.'),
    summary: ({ overview }) => {
      if (overview === undefined) return '';
      const { cpu, threads, memory } = overview;
      const of =
        memory.limit > 0
          ? trans.__(' of %1 (%2)', formatBytes(memory.limit), formatShare(memory.process, memory.limit))
          : '';
      const spilled = memory.spilled > 0 ? trans.__('; %1 on disk', formatBytes(memory.spilled)) : '';
      return `${trans.__('%1 of %2 threads busy', cpu.toFixed(1), threads)}; ${trans.__('%1 of memory', formatBytes(memory.process))}${of}${spilled}.`;
    },
    draw: ({ history }) => {
      for (const chart of charts) chart.setSamples(history.samples);
      return undefined;
    },
    table: {
      columns: [
        {
          id: 'time',
          label: trans.__('Time'),
          width: '90px',
          value: ({ timeMs }) => timeMs,
          text: ({ timeMs }) => formatTime(timeMs),
        },
        column('cpu', trans.__('CPU'), (cpu) => cpu.toFixed(2)),
        column('threads', trans.__('Threads'), formatCount),
        column('process', trans.__('Resident'), formatBytes),
        column('managed', trans.__('Results'), formatBytes),
        column('spilled', trans.__('On disk'), formatBytes),
        column('limit', trans.__('Limit'), formatBytes),
        column('tasksRate', trans.__('Tasks/s'), formatCount),
        column('transferRate', trans.__('Between workers'), formatRate),
      ],
      sort: { column: 'time', descending: true },
      rows: ({ history }) => history.samples.filter(({ cpu }) => cpu !== null),
    },
    themeChanged: (theme) => charts.forEach((chart) => chart.setTheme(theme)),
    disposed: () => charts.forEach((chart) => chart.dispose()),
  });

  const hue = (name: string) => (theme: Theme) => theme.functionColour(name);
  const brand = (theme: Theme): Rgb => theme.brand;
  const quiet = (theme: Theme): Rgb => theme.quiet;
  const grid = h('div', { class: 'covey-System', tabindex: 0 });
  shell.plot.append(grid);
  const charts = [
    new LineChart(grid, shell.theme, {
      title: trans.__('Memory'),
      format: formatBytes,
      isBytes: true,
      series: [
        { amount: 'process', label: trans.__('resident'), colour: brand, filled: true },
        { amount: 'managed', label: trans.__('results'), colour: hue('chart-managed'), dash: [9, 3] },
        { amount: 'spilled', label: trans.__('on disk'), colour: hue('chart-disk'), dash: [2, 3] },
        { amount: 'limit', label: trans.__('limit'), colour: quiet, dash: [5, 4] },
      ],
    }),
    new LineChart(grid, shell.theme, {
      title: trans.__('CPU'),
      format: (cpu) => String(Math.round(cpu * 100) / 100),
      series: [
        { amount: 'cpu', label: trans.__('processors busy'), colour: brand, filled: true },
        { amount: 'threads', label: trans.__('threads'), colour: quiet, dash: [5, 4] },
      ],
    }),
    new LineChart(grid, shell.theme, {
      title: trans.__('Tasks a second'),
      format: formatCount,
      isWhole: true,
      series: [{ amount: 'tasksRate', label: trans.__('ended'), colour: brand, filled: true }],
    }),
    new LineChart(grid, shell.theme, {
      title: trans.__('Between workers'),
      format: formatRate,
      isBytes: true,
      series: [{ amount: 'transferRate', label: trans.__('bytes a second'), colour: brand, filled: true }],
    }),
  ];
  return shell;
}
