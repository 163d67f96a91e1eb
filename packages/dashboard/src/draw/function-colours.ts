/**
 * Which place of the palette a function has. A name begins at the same one everywhere; where two names of a page would share
 * it, the later one moves on to a free one, so that what is seen together is told apart for as long as there are colours.
 */
import { PALETTE_SIZE, paletteIndex } from './palette.js';

export class FunctionColours {
  readonly #places = new Map<string, number>();
  readonly #taken = new Set<number>();

  placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const first = paletteIndex(name);
    // All are taken: names share them, and need not be remembered.
    if (this.#taken.size === PALETTE_SIZE) return first;
    let place = first;
    while (this.#taken.has(place)) place = (place + 1) % PALETTE_SIZE;
    this.#taken.add(place);
    this.#places.set(name, place);
    return place;
  }
}

const ofDocuments = new WeakMap<Document, FunctionColours>();

/** Those of all panels of a page. */
export function functionColoursOf(document: Document): FunctionColours {
  let colours = ofDocuments.get(document);
  if (colours === undefined) ofDocuments.set(document, (colours = new FunctionColours()));
  return colours;
}
