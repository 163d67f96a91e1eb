/** A small box of facts beside the pointer or what has the focus. One a panel. */
import { h } from './dom.js';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export class Tooltip {
  readonly #element = h('div', { class: 'covey-Tooltip', hidden: true });
  readonly #host: HTMLElement;

  constructor(host: HTMLElement) {
    this.#host = host;
    host.append(this.#element);
  }

  /** At a point of the host. It stays within the host's width. */
  show(x: number, y: number, title: string, facts: readonly Fact[]): void {
    const list = h('dl', {});
    for (const { label, value } of facts) list.append(h('dt', { text: label }), h('dd', { text: value }));
    this.#element.replaceChildren(h('strong', { text: title }), list);
    this.#element.hidden = false;
    const { offsetWidth, offsetHeight } = this.#element;
    const { clientWidth, clientHeight } = this.#host;
    const left = x + 14 + offsetWidth > clientWidth ? Math.max(0, x - 14 - offsetWidth) : x + 14;
    const top = Math.max(0, Math.min(y + 14, clientHeight - offsetHeight - 2));
    this.#element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide(): void {
    this.#element.hidden = true;
  }
}
