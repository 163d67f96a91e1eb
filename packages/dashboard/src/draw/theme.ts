/** The theme's colours, read once a theme from the CSS variables that JupyterLab's themes set. */
import type { ThemeSignal } from '../context.js';
import { functionColoursOf } from './function-colours.js';
import { cssOf, luminance, paletteFor, pixelOf } from './palette.js';
import type { Rgb } from './palette.js';

export interface Theme {
  readonly isDark: boolean;
  readonly background: Rgb;
  readonly raised: Rgb;
  readonly line: Rgb;
  readonly text: Rgb;
  readonly quiet: Rgb;
  readonly brand: Rgb;
  readonly error: Rgb;
  readonly warning: Rgb;
  readonly success: Rgb;
  readonly font: string;
  /** The colour of a function, by its name. */
  functionColour(name: string): Rgb;
}

const FALLBACKS = {
  background: ['--jp-layout-color1', '#ffffff'],
  raised: ['--jp-layout-color2', '#f3f3f3'],
  line: ['--jp-border-color2', '#e0e0e0'],
  text: ['--jp-ui-font-color1', '#1f1f1f'],
  quiet: ['--jp-ui-font-color2', '#5f5f5f'],
  brand: ['--jp-brand-color1', '#1976d2'],
  error: ['--jp-error-color1', '#c62828'],
  warning: ['--jp-warn-color1', '#b26a00'],
  success: ['--jp-success-color1', '#2e7d32'],
} as const;

export function readTheme(element: HTMLElement): Theme {
  const style = getComputedStyle(element);
  const solid = colourReader();
  const rgb = {} as Record<keyof typeof FALLBACKS, Rgb>;
  for (const [name, [variable, fallback]] of Object.entries(FALLBACKS)) {
    rgb[name as keyof typeof FALLBACKS] = solid(style.getPropertyValue(variable).trim() || fallback, rgb.background);
  }
  const isDark = luminance(rgb.background) < 0.2;
  const palette = paletteFor(isDark);
  const colours = functionColoursOf(element.ownerDocument);
  return {
    ...rgb,
    isDark,
    font: style.getPropertyValue('--jp-ui-font-family').trim() || 'system-ui, sans-serif',
    functionColour: (name) => palette[colours.placeOf(name)]!,
  };
}

/** Reads any CSS colour, half-transparent ones over a background, by painting one pixel. */
function colourReader(): (text: string, over: Rgb | undefined) => Rgb {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  return (text, over) => {
    context.fillStyle = over === undefined ? '#ffffff' : cssOf(over);
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
}

/** Follows what themes change on a page: attributes of the document's elements, and the system's preference. */
export function documentTheme(): ThemeSignal {
  return {
    connect(listener) {
      const observer = new MutationObserver(listener);
      const attributeFilter = ['class', 'style', 'data-theme', 'data-jp-theme-name', 'data-jp-theme-light'];
      for (const element of [document.documentElement, document.body]) {
        observer.observe(element, { attributes: true, attributeFilter });
      }
      const preference = matchMedia('(prefers-color-scheme: dark)');
      preference.addEventListener('change', listener);
      return () => {
        observer.disconnect();
        preference.removeEventListener('change', listener);
      };
    },
  };
}

/** Remembers the colours of names as pixels: a lookup an id. */
export class NamePixels {
  readonly #theme: Theme;
  #pixels = new Uint32Array(256);
  #known = 0;

  constructor(theme: Theme) {
    this.#theme = theme;
  }

  of(names: readonly string[]): Uint32Array {
    if (names.length < this.#known) this.#known = 0;
    if (names.length > this.#pixels.length) {
      const larger = new Uint32Array(names.length * 2);
      larger.set(this.#pixels);
      this.#pixels = larger;
    }
    for (; this.#known < names.length; this.#known++) {
      this.#pixels[this.#known] = pixelOf(this.#theme.functionColour(names[this.#known]!));
    }
    return this.#pixels;
  }
}
