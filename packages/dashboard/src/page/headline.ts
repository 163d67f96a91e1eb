/** The cluster in a line, at the top of the page. */
import { formatBytes } from '@covey/protocol/bridge';
import type { Overview } from '@covey/protocol/bridge';
import type { Translator } from '../context.js';
import { h } from '../view/dom.js';
import { formatCount, formatDuration } from '../view/format.js';

export class Headline {
  readonly facts = h('dl', { class: 'page-Facts' });
  readonly name = h('span');
  readonly #trans: Translator;
  readonly #values = new Map<string, HTMLElement>();

  constructor(trans: Translator) {
    this.#trans = trans;
  }

  show(overview: Overview): void {
    const trans = this.#trans;
    const { memory, counts } = overview;
    this.name.textContent = overview.name;
    document.title = `${overview.name} – Covey`;
    this.#set(trans.__('Workers'), formatCount(overview.workers));
    this.#set(trans.__('Threads'), `${overview.cpu.toFixed(1)} / ${formatCount(overview.threads)}`);
    this.#set(
      trans.__('Memory'),
      memory.limit > 0 ? `${formatBytes(memory.process)} / ${formatBytes(memory.limit)}` : formatBytes(memory.process),
    );
    this.#set(trans.__('Processing'), formatCount(counts['processing'] ?? 0));
    this.#set(
      trans.__('Waiting'),
      formatCount((counts['waiting'] ?? 0) + (counts['queued'] ?? 0) + (counts['no-worker'] ?? 0)),
    );
    this.#set(trans.__('Done'), formatCount(overview.completed));
    this.#set(trans.__('Failed'), formatCount(overview.erred));
    this.#set(trans.__('Up'), formatDuration(Math.max(0, overview.timeMs - overview.startedMs)));
  }

  #set(label: string, text: string): void {
    let value = this.#values.get(label);
    if (value === undefined) {
      value = h('dd');
      this.#values.set(label, value);
      this.facts.append(h('div', {}, h('dt', { text: label }), value));
    }
    if (value.textContent !== text) value.textContent = text;
  }
}
