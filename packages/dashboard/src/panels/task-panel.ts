/** One task by itself: where it is and why, what it needs and who needs it, its story. Asked for while it is seen. */
import type { Panel, PanelContext, TaskReference } from '../context.js';
import { h } from '../view/dom.js';
import { PanelShell } from '../view/panel-shell.js';
import { drawTask } from './task-page.js';
import { isUnfinished, readTask } from './task-facts.js';
import type { TaskFacts } from './task-facts.js';

/** A task that is not finished is asked for so often. */
const REFRESH_MS = 1000;

export function createTask(host: HTMLElement, context: PanelContext): Panel {
  const { translate: trans, source } = context;
  let wanted: TaskReference | undefined = context.task;
  let facts: TaskFacts | undefined;
  let callStack = '';
  let problem: string | undefined;
  let isSeen = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Answers to questions of before are not taken for this one's. */
  let question = 0;

  const shell: PanelShell = new PanelShell(host, context, {
    title: trans.__('Task'),
    name: 'task',
    topics: [],
    hasData: () => true,
    emptyText: '',
    summary: () => (facts === undefined ? '' : trans.__('%1 is %2. %3', facts.key, facts.state, facts.because)),
    draw: () => undefined,
    visibilityChanged: (visible) => {
      isSeen = visible;
      if (visible) void look();
      else stop();
    },
    disposed: () => stop(),
    themeChanged: () => draw(),
  });

  const field = h('input', {
    class: 'covey-Field',
    type: 'search',
    placeholder: trans.__('Key of a task'),
    'aria-label': trans.__('Key of a task'),
  });
  const form = h(
    'form',
    { class: 'covey-Split-bar', role: 'search' },
    field,
    h('button', { type: 'submit', class: 'covey-Button covey-mod-text', text: trans.__('Show') }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const key = field.value.trim();
    if (key !== '') showTask({ key });
  });
  const page = h('div', { class: 'covey-Task', tabindex: 0, role: 'group', 'aria-label': trans.__('The task') });
  shell.plot.append(h('div', { class: 'covey-Split' }, form, page));
  draw();

  function showTask(task: TaskReference): void {
    wanted = task;
    facts = undefined;
    callStack = '';
    problem = undefined;
    field.value = 'key' in task ? task.key : '';
    context.onTask?.(task);
    draw();
    if (isSeen) void look();
  }

  function stop(): void {
    clearTimeout(timer);
    question++;
  }

  async function look(): Promise<void> {
    stop();
    const mine = question;
    const task = wanted;
    if (task === undefined) return;
    try {
      const answer = readTask(await source.ask('task', task));
      if (mine !== question) return;
      problem =
        answer === undefined
          ? trans.__('The scheduler knows no such task: it was released and forgotten, or never existed.')
          : undefined;
      // What was known of a task that is forgotten stays to be read.
      facts = answer ?? facts;
      if (answer !== undefined && answer.state === 'processing') callStack = await askCallStack(answer.key);
      else callStack = '';
    } catch (error) {
      problem = trans.__('It can’t be told now: %1', error instanceof Error ? error.message : String(error));
    }
    if (mine !== question) return;
    draw();
    if (problem !== undefined || (facts !== undefined && isUnfinished(facts)))
      timer = setTimeout(() => void look(), REFRESH_MS);
  }

  async function askCallStack(key: string): Promise<string> {
    const answer = await source.ask('call-stack', { keys: [key] }).catch(() => null);
    return typeof answer === 'object' && answer !== null
      ? Object.values(answer)
          .filter((text) => typeof text === 'string')
          .join('\n')
      : '';
  }

  function draw(): void {
    if (wanted === undefined) {
      page.replaceChildren(
        h('p', {
          text: trans.__('Choose a task in the task stream, the graph or among the errors, or enter its key.'),
        }),
      );
      return;
    }
    if (facts !== undefined && document.activeElement !== field) field.value = facts.key;
    drawTask(page, { facts, problem, callStack, theme: shell.theme, translate: trans, showTask });
    shell.invalidate();
  }

  return {
    setVisible: (visible) => shell.setVisible(visible),
    showTask,
    dispose: () => shell.dispose(),
  };
}
