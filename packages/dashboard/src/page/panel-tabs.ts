/** All panels as tabs, the first of them a selection side by side. Only what is seen is made, and pulls. */
import type { Panel, PanelContext, TaskReference } from '../context.js';
import { panels } from '../panels/all-panels.js';
import type { PanelDescription, PanelId } from '../panels/all-panels.js';
import { h, icon } from '../view/dom.js';
import { icons } from '../view/icons.js';

const TOGETHER: readonly PanelId[] = ['task-stream', 'progress', 'workers', 'system'];

interface Tab {
  readonly id: string;
  readonly button: HTMLButtonElement;
  readonly body: HTMLElement;
  readonly make: () => readonly Panel[];
  made?: readonly Panel[];
}

export class PanelTabs {
  readonly list: HTMLElement;
  readonly body: HTMLElement;
  readonly #context: PanelContext;
  readonly #tabs: readonly Tab[];
  #shown: Tab | undefined;

  constructor(context: Omit<PanelContext, 'openTask'>) {
    const { translate: trans } = context;
    this.#context = { ...context, openTask: (task) => this.#openTask(task) };
    this.list = h('div', { class: 'page-Tabs', role: 'tablist', 'aria-label': trans.__('Panels') });
    this.body = h('main', { class: 'page-Body' });
    this.#tabs = [
      this.#tab('overview', trans.__('Overview'), icons.progress, (body) => this.#makeGrid(body)),
      ...panels.map((panel) =>
        this.#tab(panel.id, panel.title(trans), panel.icon, (body) => [panel.create(body, this.#context)]),
      ),
    ];
    this.list.addEventListener('keydown', (event) => this.#move(event));
  }

  /** Shows a tab, or the first for a name that there is not. */
  show(id: string, withFocus = false): void {
    const tab = this.#tabs.find((other) => other.id === id) ?? this.#tabs[0]!;
    if (tab === this.#shown) return;
    this.#hide();
    this.#shown = tab;
    tab.body.hidden = false;
    tab.made ??= tab.make();
    for (const panel of tab.made) panel.setVisible(true);
    for (const { button } of this.#tabs) {
      const isShown = button === tab.button;
      button.setAttribute('aria-selected', String(isShown));
      button.tabIndex = isShown ? 0 : -1;
    }
    if (withFocus) tab.button.focus();
    tab.button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    history.replaceState(null, '', `#${tab.id}`);
  }

  dispose(): void {
    for (const { made = [] } of this.#tabs) for (const panel of made) panel.dispose();
  }

  #hide(): void {
    if (this.#shown === undefined) return;
    this.#shown.body.hidden = true;
    for (const panel of this.#shown.made ?? []) panel.setVisible(false);
  }

  #tab(id: string, title: string, svg: string, make: (body: HTMLElement) => readonly Panel[]): Tab {
    const button = h(
      'button',
      { type: 'button', class: 'page-Tab', role: 'tab', id: `tab-${id}`, 'aria-controls': `panel-${id}`, tabindex: -1 },
      icon(svg),
      h('span', { text: title }),
    );
    const body = h('div', {
      class: 'page-Panel',
      role: 'tabpanel',
      id: `panel-${id}`,
      'aria-labelledby': button.id,
      hidden: true,
    });
    button.addEventListener('click', () => this.show(id));
    this.list.append(button);
    this.body.append(body);
    return { id, button, body, make: () => make(body) };
  }

  #makeGrid(body: HTMLElement): readonly Panel[] {
    const grid = h('div', { class: 'page-Grid' });
    body.append(grid);
    return TOGETHER.map((id) => panels.find((panel) => panel.id === id))
      .filter((panel): panel is PanelDescription => panel !== undefined)
      .map((panel) => {
        const host = h('div', {});
        host.style.minHeight = '0';
        grid.append(h('div', { class: 'page-Tile' }, h('h2', { text: panel.title(this.#context.translate) }), host));
        return panel.create(host, this.#context);
      });
  }

  #openTask(task: TaskReference): void {
    this.show('task');
    this.#shown?.made?.[0]?.showTask?.(task);
  }

  #move(event: KeyboardEvent): void {
    const at = this.#tabs.findIndex((tab) => tab === this.#shown);
    const count = this.#tabs.length;
    const to: Readonly<Record<string, number>> = {
      ArrowRight: (at + 1) % count,
      ArrowLeft: (at + count - 1) % count,
      Home: 0,
      End: count - 1,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.show(this.#tabs[next]!.id, true);
  }
}
