/** A function's name with its colour, the same in every panel. */
import { cssOf } from '../draw/palette.js';
import type { Theme } from '../draw/theme.js';
import { h, setText, setTitle } from './dom.js';

/** Fills a table's cell, reusing what is in it. */
export function fillName(cell: HTMLElement, name: string, theme: Theme): void {
  let box = cell.firstElementChild as HTMLElement | null;
  if (box === null) {
    box = h('div', { class: 'covey-Name' }, h('span', { class: 'covey-Swatch' }), h('span'));
    cell.append(box);
  }
  box.style.setProperty('--covey-swatch', cssOf(theme.functionColour(name)));
  setText(box.lastElementChild!, name);
  setTitle(cell, name);
}

/** Items of a legend. */
export function legendItem(label: string, colour: string, pattern = ''): HTMLElement {
  const swatch = h('span', { class: `covey-Swatch ${pattern}` });
  const item = h('li', { title: label }, swatch, h('span', { text: label }));
  item.style.setProperty('--covey-swatch', colour);
  return item;
}
