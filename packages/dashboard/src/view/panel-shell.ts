/**
 * What all panels have in common: a bar with a sentence that sums up and with buttons, the plot or its table below, and
 * a word for when there is nothing to see. It pulls and draws only while it is seen, once a frame at most.
 */
import type { FigureTopic } from '@covey/protocol/bridge';
import type { Panel, PanelContext } from '../context.js';
import { documentTheme, readTheme } from '../draw/theme.js';
import type { Theme } from '../draw/theme.js';
import { feedOf } from '../feed/cluster-feed.js';
import type { ClusterStore } from '../store/cluster-store.js';
import { Announcer } from './announcer.js';
import { h, icon, setText } from './dom.js';
import { icons } from './icons.js';
import { installStyle } from './style.js';
import { VirtualTable } from './virtual-table.js';
import type { TableOptions } from './virtual-table.js';

export interface ShellOptions<Row> {
  readonly title: string;
  /** For styles. */
  readonly name: string;
  readonly topics: readonly FigureTopic[];
  /** Whether there is anything to draw, and otherwise what the user can do about it. */
  readonly hasData: (store: ClusterStore) => boolean;
  readonly emptyText: string;
  /** The plot in a sentence. */
  readonly summary: (store: ClusterStore) => string;
  /** Draws. True: again in the next frame, since something moves by itself. */
  readonly draw: (store: ClusterStore) => boolean | undefined;
  /** The same figures as a table, for who can't see or use the plot. */
  readonly table?: Omit<TableOptions<Row>, 'translate' | 'label'> & {
    readonly rows: (store: ClusterStore) => readonly Row[];
  };
  readonly themeChanged?: (theme: Theme) => void;
  readonly visibilityChanged?: (visible: boolean) => void;
  readonly disposed?: () => void;
}

/** Sentences change no more often than one can read. */
const SUMMARY_MS = 1000;

export class PanelShell<Row = never> implements Panel {
  readonly element: HTMLElement;
  /** Where the panel puts its plot. */
  readonly plot: HTMLElement;
  readonly tools: HTMLElement;
  readonly store: ClusterStore;
  theme: Theme;
  readonly #options: ShellOptions<Row>;
  readonly #context: PanelContext;
  readonly #summary = h('p', { class: 'covey-Panel-summary' });
  readonly #notice = h('div', { class: 'covey-Panel-notice', hidden: true });
  readonly #banner = h('div', { class: 'covey-Panel-banner', hidden: true });
  readonly #tableHost = h('div', { class: 'covey-Panel-table', hidden: true });
  readonly #announcer: Announcer;
  readonly #disconnectTheme: () => void;
  #table: VirtualTable<Row> | undefined;
  #isWanted = false;
  #unwatch: (() => void) | undefined;
  #frame = 0;
  #summarisedMs = -Infinity;
  #isDisposed = false;

  constructor(host: HTMLElement, context: PanelContext, options: ShellOptions<Row>) {
    this.#context = context;
    this.#options = options;
    this.store = feedOf(context.source).store;
    installStyle(host.ownerDocument);
    this.plot = h('div', { class: 'covey-Panel-plot' });
    this.tools = h('div', { class: 'covey-Panel-tools', role: 'toolbar', 'aria-label': context.translate.__('View') });
    this.element = h(
      'section',
      { class: `covey-Panel covey-mod-${options.name}`, 'aria-label': options.title },
      h('div', { class: 'covey-Panel-bar' }, this.#summary, this.tools),
      this.#banner,
      h('div', { class: 'covey-Panel-body' }, this.plot, this.#tableHost, this.#notice),
    );
    host.append(this.element);
    this.#announcer = new Announcer(this.element);
    if (options.table !== undefined) this.#addTableButton();
    this.theme = readTheme(this.element);
    this.#disconnectTheme = (context.theme ?? documentTheme()).connect(() => this.#readTheme());
    host.ownerDocument.addEventListener('visibilitychange', this.#pageChanged);
  }

  /** Adds a button to the bar; `pressed` makes it one that stays in. */
  addButton(label: string, svg: string, act: () => void, pressed?: boolean): HTMLButtonElement {
    const button = h('button', { type: 'button', class: 'covey-Button', title: label, 'aria-label': label });
    if (pressed !== undefined) button.setAttribute('aria-pressed', String(pressed));
    button.append(icon(svg));
    button.addEventListener('click', act);
    this.tools.append(button);
    return button;
  }

  /** Draws in the next frame. */
  readonly invalidate = (): void => {
    if (this.#unwatch === undefined || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  };

  /** Says something at once, such as what has come under the keyboard's focus. */
  announce(text: string): void {
    this.#announcer.say(text);
  }

  setVisible(visible: boolean): void {
    this.#isWanted = visible && !this.#isDisposed;
    this.#pageChanged();
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.setVisible(false);
    this.#disconnectTheme();
    this.element.ownerDocument.removeEventListener('visibilitychange', this.#pageChanged);
    this.#options.disposed?.();
    this.#table?.dispose();
    this.element.remove();
  }

  readonly #pageChanged = (): void => {
    const isSeen = this.#isWanted && !this.element.ownerDocument.hidden;
    if (isSeen === (this.#unwatch !== undefined)) return;
    if (isSeen) {
      this.#unwatch = feedOf(this.#context.source).watch(this.#options.topics, this.invalidate);
      this.invalidate();
    } else {
      this.#unwatch?.();
      this.#unwatch = undefined;
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
    }
    this.#options.visibilityChanged?.(isSeen);
  };

  #draw(): void {
    const { store } = this;
    const hasData = this.#options.hasData(store);
    this.#showState(hasData);
    const nowMs = performance.now();
    if (nowMs - this.#summarisedMs >= SUMMARY_MS || this.#summary.textContent === '') {
      this.#summarisedMs = nowMs;
      const text = hasData ? this.#options.summary(store) : '';
      setText(this.#summary, text);
      this.#summary.title = text;
      this.#announcer.sumUp(text);
    }
    if (!this.#tableHost.hidden) this.#table?.setRows(this.#options.table!.rows(store));
    else if (this.#options.draw(store) === true) this.invalidate();
  }

  #showState(hasData: boolean): void {
    const { translate: trans } = this.#context;
    const status = feedOf(this.#context.source).status(this.#options.topics);
    if (status.phase === 'interrupted' && hasData) {
      this.#show(this.#banner, trans.__('No news: %1. This is what was known last.', trimmed(status.reason)), true);
    } else this.#banner.hidden = true;
    if (hasData) this.#notice.hidden = true;
    else if (status.phase === 'live') this.#show(this.#notice, this.#options.emptyText, false);
    else if (status.phase === 'loading')
      this.#show(this.#notice, trans.__('Waiting for the cluster’s first answer…'), false);
    else this.#show(this.#notice, trans.__('The cluster does not answer: %1', status.reason), true);
    this.plot.classList.toggle('covey-mod-hidden', !hasData);
  }

  #show(element: HTMLElement, text: string, canRetry: boolean): void {
    element.hidden = false;
    if (element.dataset['text'] === text) return;
    element.dataset['text'] = text;
    element.replaceChildren(h('p', { text }));
    if (!canRetry) return;
    const button = h('button', { type: 'button', class: 'covey-Button', text: this.#context.translate.__('Try now') });
    button.addEventListener('click', () => feedOf(this.#context.source).retry());
    element.append(button);
  }

  #addTableButton(): void {
    const { translate: trans } = this.#context;
    const button = this.addButton(trans.__('Show as a table'), icons.table, () => this.#toggleTable(button), false);
  }

  #toggleTable(button: HTMLButtonElement): void {
    const { table: options, title } = this.#options;
    if (options === undefined) return;
    if (this.#table === undefined) {
      this.#table = new VirtualTable<Row>({ ...options, label: title, translate: this.#context.translate });
      this.#tableHost.append(this.#table.element);
    }
    const isTable = this.#tableHost.hidden;
    this.#tableHost.hidden = !isTable;
    this.plot.hidden = isTable;
    button.setAttribute('aria-pressed', String(isTable));
    this.invalidate();
  }

  #readTheme(): void {
    this.theme = readTheme(this.element);
    this.#options.themeChanged?.(this.theme);
    this.invalidate();
  }
}

function trimmed(reason: string): string {
  return reason.replace(/[.\s]+$/, '');
}
