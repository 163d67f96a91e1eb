/** Events of all topics and warnings, the latest first, with a search. */
import type { EventRow } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { h, setText } from '../view/dom.js';
import { formatCount, formatTime } from '../view/format.js';
import { PanelShell } from '../view/panel-shell.js';
import { VirtualTable } from '../view/virtual-table.js';

const LEVELS = {
  error: { symbol: '▲', tone: 'error', weight: 2 },
  warning: { symbol: '◆', tone: 'warning', weight: 1 },
  info: { symbol: '•', tone: 'info', weight: 0 },
} as const;

export function createEvents(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  let shown:
    { readonly of: readonly EventRow[]; readonly filter: string; readonly rows: readonly EventRow[] } | undefined;
  const shell: PanelShell = new PanelShell(host, context, {
    title: trans.__('Events'),
    name: 'events',
    topics: ['events'],
    hasData: ({ events }) => events.length > 0,
    emptyText: trans.__(
      'Nothing has happened yet. Workers that come and go, warnings, and what tasks log with logEvent appear here.',
    ),
    summary: ({ events, eventsMissed }) => {
      const errors = events.filter(({ level }) => level === 'error').length;
      const warnings = events.filter(({ level }) => level === 'warning').length;
      const missed =
        eventsMissed > 0 ? ` ${trans.__('%1 earlier ones are no longer kept.', formatCount(eventsMissed))}` : '';
      return `${trans._n('One event', '%1 events', events.length)}; ${trans._n('one error', '%1 errors', errors)}, ${trans._n('one warning', '%1 warnings', warnings)}.${missed}`;
    },
    draw: ({ events }) => {
      const filter = `${levels.value} ${search.value.trim().toLowerCase()}`;
      if (shown?.of !== events || shown.filter !== filter) {
        shown = { of: events, filter, rows: matching(events) };
        table.setRows(shown.rows);
        setText(
          count,
          shown.rows.length === events.length ? '' : trans.__('%1 of %2', shown.rows.length, events.length),
        );
      }
      return undefined;
    },
    disposed: () => table.dispose(),
  });

  const table = new VirtualTable<EventRow>({
    label: trans.__('Events'),
    translate: trans,
    sort: { column: 'time', descending: true },
    columns: [
      {
        id: 'time',
        label: trans.__('Time'),
        width: '96px',
        value: ({ timeMs }) => timeMs,
        text: ({ timeMs }) => formatTime(timeMs, true),
      },
      {
        id: 'level',
        label: trans.__('Level'),
        width: '78px',
        value: ({ level }) => LEVELS[level].weight,
        fill: (cell, { level }) => {
          const badge = (cell.firstElementChild as HTMLElement | null) ?? h('span', { class: 'covey-Badge' });
          if (badge.parentNode === null) cell.append(badge);
          badge.dataset['symbol'] = LEVELS[level].symbol;
          badge.dataset['tone'] = LEVELS[level].tone;
          setText(badge, level);
        },
      },
      { id: 'topic', label: trans.__('Topic'), width: 'minmax(80px, 140px)', value: ({ topic }) => topic },
      { id: 'text', label: trans.__('What happened'), width: 'minmax(280px, 1fr)', value: ({ text }) => text },
    ],
  });
  const search = h('input', {
    class: 'covey-Field',
    type: 'search',
    placeholder: trans.__('Search'),
    'aria-label': trans.__('Search events'),
  });
  const levels = h(
    'select',
    { class: 'covey-Field', 'aria-label': trans.__('Level') },
    h('option', { value: 'info', text: trans.__('All levels') }),
    h('option', { value: 'warning', text: trans.__('Warnings and errors') }),
    h('option', { value: 'error', text: trans.__('Errors') }),
  );
  const count = h('span', {});
  search.addEventListener('input', shell.invalidate);
  levels.addEventListener('change', shell.invalidate);
  const bar = h('div', { class: 'covey-Split-bar' }, search, levels, count);
  shell.plot.append(h('div', { class: 'covey-Split' }, bar, h('div', { class: 'covey-Split-rest' }, table.element)));

  function matching(events: readonly EventRow[]): readonly EventRow[] {
    const wanted = search.value.trim().toLowerCase();
    const least = LEVELS[levels.value as EventRow['level']].weight;
    return events.filter(
      ({ level, text, topic }) =>
        LEVELS[level].weight >= least && (text.toLowerCase().includes(wanted) || topic.toLowerCase().includes(wanted)),
    );
  }
  return shell;
}
