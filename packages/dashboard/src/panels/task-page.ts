/** Draws what is known of one task. */
import { formatBytes } from '@covey/protocol/bridge';
import type { TaskReference, Translator } from '../context.js';
import type { Theme } from '../draw/theme.js';
import { h } from '../view/dom.js';
import { formatDuration, formatTime } from '../view/format.js';
import { fillName } from '../view/name-cell.js';
import type { TaskFacts } from './task-facts.js';

export interface TaskPage {
  readonly facts: TaskFacts | undefined;
  readonly problem: string | undefined;
  readonly callStack: string;
  readonly theme: Theme;
  readonly translate: Translator;
  readonly showTask: (task: TaskReference) => void;
}

const TONES: Readonly<Record<string, readonly [tone: string, symbol: string]>> = {
  memory: ['good', '●'],
  processing: ['busy', '▶'],
  erred: ['error', '▲'],
  'no-worker': ['warning', '◆'],
};
const LISTED = 40;

export function drawTask(host: HTMLElement, page: TaskPage): void {
  const { facts, problem, translate: trans } = page;
  const parts: (Node | undefined)[] = [];
  if (problem !== undefined) parts.push(h('p', { class: 'covey-Task-because', text: problem }));
  if (facts === undefined) {
    if (problem === undefined) parts.push(h('p', { text: trans.__('Asking the scheduler…') }));
  } else {
    parts.push(
      h('h2', { text: facts.key }),
      facts.because === '' ? undefined : h('p', { class: 'covey-Task-because', text: facts.because }),
      factList(facts, page),
      errorOf(facts, trans),
      page.callStack === ''
        ? undefined
        : section(trans.__('What its thread does now'), code(page.callStack, trans.__('Call stack'))),
      storyOf(facts, trans),
      workersOf(facts, trans),
    );
  }
  const scrolled = host.scrollTop;
  host.replaceChildren(...parts.filter((part) => part !== undefined));
  host.scrollTop = scrolled;
}

function factList(facts: TaskFacts, { theme, translate: trans, showTask }: TaskPage): HTMLElement {
  const list = h('dl', { class: 'covey-Facts' });
  const add = (label: string, value: Node | string) => {
    if (value !== '') list.append(h('dt', { text: label }), h('dd', {}, value));
  };
  const tasks = (keys: readonly string[]) => (keys.length === 0 ? '' : chips(keys, trans, showTask));
  const [tone, symbol] = TONES[facts.state] ?? ['info', '○'];
  const name = h('div');
  fillName(name, facts.name, theme);
  add(
    trans.__('State'),
    h('span', { class: 'covey-Badge', 'data-tone': tone, 'data-symbol': symbol, text: facts.state }),
  );
  add(trans.__('Function'), name);
  add(trans.__('Runs on'), facts.processingOn ?? '');
  if (facts.whoHas.length > 0) add(trans.__('Result'), `${facts.type} ${formatBytes(facts.nbytes)}`.trim());
  add(trans.__('Held by'), facts.whoHas.join(', '));
  add(trans.__('Waits for'), tasks(facts.waitingOn));
  add(trans.__('Needs'), tasks(facts.dependencies));
  add(trans.__('Needed by'), tasks(facts.dependents));
  add(trans.__('Wanted by'), facts.wantedBy.join(', '));
  add(trans.__('Retries left'), facts.retriesLeft > 0 ? String(facts.retriesLeft) : '');
  add(trans.__('Deaths it was there for'), facts.suspicion > 0 ? String(facts.suspicion) : '');
  if (facts.restrictions !== undefined) add(trans.__('Restrictions'), JSON.stringify(facts.restrictions));
  return list;
}

function chips(keys: readonly string[], trans: Translator, showTask: TaskPage['showTask']): HTMLElement {
  const shown = keys.slice(0, LISTED).map((key) => {
    const chip = h('button', { type: 'button', class: 'covey-Chip', text: key, title: key });
    chip.addEventListener('click', () => showTask({ key }));
    return chip;
  });
  const more = keys.length > LISTED ? [h('span', { text: trans.__('and %1 more', keys.length - LISTED) })] : [];
  return h('div', { class: 'covey-Chips' }, ...shown, ...more);
}

function errorOf({ error }: TaskFacts, trans: Translator): HTMLElement | undefined {
  if (error === undefined) return undefined;
  return section(error.title, code(error.stack || error.title, trans.__('Stack')));
}

function storyOf({ story }: TaskFacts, trans: Translator): HTMLElement | undefined {
  if (story.length === 0) return undefined;
  const first = story[0]!.timeMs;
  const rows = story.map(({ timeMs, from, to, stimulus, worker }) => [
    formatTime(timeMs, true),
    timeMs === first ? '' : `+${formatDuration(timeMs - first)}`,
    from === to ? to : `${from} → ${to}`,
    stimulus,
    worker,
  ]);
  const heads = [trans.__('Time'), trans.__('After'), trans.__('State'), trans.__('What happened'), trans.__('Worker')];
  return section(trans.__('Story'), table(heads, rows));
}

function workersOf({ workers }: TaskFacts, trans: Translator): HTMLElement | undefined {
  if (workers.length === 0) return undefined;
  const rows = workers.map(({ address, eligible, because, startMs, bytesToMove, occupancyMs }) => [
    address,
    eligible ? trans.__('in %1', formatDuration(startMs)) : because || trans.__('not allowed'),
    formatBytes(bytesToMove),
    formatDuration(occupancyMs),
  ]);
  const heads = [trans.__('Worker'), trans.__('Could start'), trans.__('To be moved'), trans.__('Work ahead')];
  return section(trans.__('How each worker would do'), table(heads, rows));
}

function section(title: string, content: Node): HTMLElement {
  return h('section', {}, h('h3', { text: title }), content);
}

function code(text: string, label: string): HTMLElement {
  return h('pre', { class: 'covey-Code', text, tabindex: 0, 'aria-label': label });
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return h(
    'table',
    { class: 'covey-Task-table' },
    h('thead', {}, h('tr', {}, ...heads.map((text) => h('th', { scope: 'col', text })))),
    h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((text) => h('td', { text }))))),
  );
}
