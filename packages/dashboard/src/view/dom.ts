/** Making elements in one expression. Text goes in as text, never as markup. */

export interface Properties {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  /** Any other attribute; false and undefined leave it out. */
  readonly [attribute: string]: string | number | boolean | undefined;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'text') element.textContent = String(value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** Sets text only where it differs: most cells of a table stay as they are. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setTitle(element: HTMLElement, title: string): void {
  if (element.title !== title) element.title = title;
}

/** An element from SVG source of this package. */
export function icon(svg: string): Element {
  const template = document.createElement('template');
  template.innerHTML = svg;
  const element = template.content.firstElementChild;
  if (element === null) throw new TypeError('an icon is one element of SVG');
  element.setAttribute('aria-hidden', 'true');
  element.setAttribute('focusable', 'false');
  return element;
}

/** The shortest of names that is still told apart: both ends, with the middle cut out. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
}
