/** A bar of parts side by side, each with its own pattern. */
import { h, setText } from './dom.js';

export interface BarPart {
  /** One of the patterns of the style: `memory`, `processing`, … */
  readonly pattern: string;
  readonly amount: number;
}

/** Fills a table's cell with a bar, reusing what is in it; the parts of the whole stand from the left. */
export function fillBar(
  cell: HTMLElement,
  parts: readonly BarPart[],
  whole: number,
  colour: string,
  title: string,
  label = '',
): void {
  let bar = cell.firstElementChild as HTMLElement | null;
  if (bar === null) {
    bar = h('div', { class: 'covey-Bar', role: 'img' }, h('b', { 'aria-hidden': true }));
    cell.append(bar);
  }
  bar.classList.toggle('covey-mod-labelled', label !== '');
  const text = bar.querySelector('b')!;
  setText(text, label);
  bar.style.setProperty('--covey-swatch', colour);
  if (bar.title !== title) {
    bar.title = title;
    bar.setAttribute('aria-label', title);
  }
  while (bar.children.length - 1 > parts.length) bar.children[0]!.remove();
  while (bar.children.length - 1 < parts.length) text.before(h('i'));
  for (const [i, { pattern, amount }] of parts.entries()) {
    const part = bar.children[i] as HTMLElement;
    part.className = `covey-mod-${pattern}`;
    part.style.width = `${whole > 0 ? Math.min(100, (amount / whole) * 100) : 0}%`;
  }
}
