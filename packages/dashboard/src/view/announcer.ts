/** Tells screen readers: sums up now and then while the focus is in the panel, and says at once what was asked for. */
import { h, setText } from './dom.js';

const SUM_UP_MS = 20_000;

export class Announcer {
  readonly #panel: HTMLElement;
  readonly #region = h('div', { class: 'covey-Announcer', role: 'status', 'aria-live': 'polite' });
  #saidMs = -Infinity;

  constructor(panel: HTMLElement) {
    this.#panel = panel;
    panel.append(this.#region);
  }

  /** Seldom, and only where the user is: ten panels must not talk at once. */
  sumUp(text: string): void {
    if (performance.now() - this.#saidMs < SUM_UP_MS || !this.#panel.contains(document.activeElement)) return;
    this.say(text);
  }

  say(text: string): void {
    this.#saidMs = performance.now();
    setText(this.#region, text);
  }
}
