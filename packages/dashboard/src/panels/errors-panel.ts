/** Failures by function and message; the one that is chosen with its stack, tasks and workers. */
import type { ErrorGroup } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { h } from '../view/dom.js';
import { formatCount, formatTime } from '../view/format.js';
import { fillName } from '../view/name-cell.js';
import { PanelShell } from '../view/panel-shell.js';
import { VirtualTable } from '../view/virtual-table.js';

export function createErrors(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans } = context;
  let chosen: string | undefined;
  let drawn: ErrorGroup | undefined;
  let listed: readonly ErrorGroup[] | undefined;
  const shell: PanelShell = new PanelShell(host, context, {
    title: trans.__('Errors'),
    name: 'errors',
    topics: ['errors'],
    hasData: ({ errors }) => (errors?.length ?? 0) > 0,
    emptyText: trans.__('No task has failed.'),
    summary: ({ errors }) => {
      const total = (errors ?? []).reduce((sum, { count }) => sum + count, 0);
      return (
        trans._n('One failure', '%1 failures', total) + trans._n(' of one kind.', ' of %1 kinds.', errors?.length ?? 0)
      );
    },
    draw: ({ errors = [] }) => {
      const group = errors.find((error) => identityOf(error) === chosen) ?? errors[0];
      if (errors !== listed || group !== drawn) table.setRows(errors);
      listed = errors;
      if (group !== drawn) showDetail(group);
      return undefined;
    },
    disposed: () => table.dispose(),
  });

  const table = new VirtualTable<ErrorGroup>({
    label: trans.__('Errors'),
    translate: trans,
    rowHeight: 28,
    open: (error) => {
      chosen = identityOf(error);
      shell.invalidate();
    },
    isOpen: (error) => identityOf(error) === (chosen ?? (shell.store.errors?.[0] && identityOf(shell.store.errors[0]))),
    columns: [
      { id: 'title', label: trans.__('Error'), width: 'minmax(160px, 2fr)', value: ({ title }) => title },
      {
        id: 'name',
        label: trans.__('Function'),
        width: 'minmax(80px, 1fr)',
        value: ({ name }) => name,
        fill: (cell, { name }) => fillName(cell, name, shell.theme),
      },
      {
        id: 'count',
        label: trans.__('Times'),
        width: '52px',
        end: true,
        value: ({ count }) => count,
        text: ({ count }) => formatCount(count),
      },
      {
        id: 'last',
        label: trans.__('Last'),
        width: '64px',
        end: true,
        value: ({ lastMs }) => lastMs,
        text: ({ lastMs }) => formatTime(lastMs),
      },
    ],
  });
  const detail = h('div', {
    class: 'covey-Errors-detail',
    tabindex: 0,
    role: 'group',
    'aria-label': trans.__('The error in full'),
  });
  shell.plot.append(
    h('div', { class: 'covey-Errors' }, h('div', { class: 'covey-Errors-list' }, table.element), detail),
  );

  function showDetail(error: ErrorGroup | undefined): void {
    drawn = error;
    if (error === undefined) {
      detail.replaceChildren();
      return;
    }
    const { title, name, count, firstMs, lastMs, stack, keys, workers } = error;
    const name2 = h('dd');
    fillName(name2, name, shell.theme);
    const when =
      count === 1
        ? formatTime(lastMs)
        : trans.__('%1 times from %2 to %3', formatCount(count), formatTime(firstMs), formatTime(lastMs));
    const facts = h(
      'dl',
      { class: 'covey-Facts' },
      ...[h('dt', { text: trans.__('Function') }), name2],
      ...[h('dt', { text: trans.__('When') }), h('dd', { text: when })],
      ...[h('dt', { text: trans.__('Workers') }), h('dd', { text: workers.join(', ') || '–' })],
      ...[
        h('dt', { text: count > keys.length ? trans.__('Some of the tasks') : trans.__('Tasks') }),
        h('dd', {}, tasksOf(keys)),
      ],
    );
    const copy = h('button', { type: 'button', class: 'covey-Button covey-mod-text', text: trans.__('Copy stack') });
    copy.addEventListener('click', () => {
      void navigator.clipboard.writeText(stack || title).then(
        () => shell.announce(trans.__('Copied.')),
        () => shell.announce(trans.__('The browser does not let this page copy.')),
      );
    });
    detail.replaceChildren(
      h('h2', { text: title }),
      facts,
      h('div', {}, copy),
      h('pre', {
        class: 'covey-Code',
        text: stack || trans.__('It came without a stack.'),
        tabindex: 0,
        'aria-label': trans.__('Stack'),
      }),
    );
  }

  function tasksOf(keys: readonly string[]): HTMLElement {
    const chips = keys.map((key) => {
      if (context.openTask === undefined) return h('span', { class: 'covey-Chip', text: key, title: key });
      const chip = h('button', { type: 'button', class: 'covey-Chip', text: key, title: key });
      chip.addEventListener('click', () => context.openTask?.({ key }));
      return chip;
    });
    return h('div', { class: 'covey-Chips' }, ...chips);
  }
  return shell;
}

function identityOf({ name, title }: ErrorGroup): string {
  return `${name}\n${title}`;
}
