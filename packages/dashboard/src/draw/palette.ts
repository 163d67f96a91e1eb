/**
 * Colours of functions: a name has the same one wherever no other has it already. They come from the perceptual
 * OKLCH space, so that all of them stand off the background alike, with other lightness in a dark theme. Reds are left to errors.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Degrees; neighbours in this list differ clearly. */
const HUES = [255, 150, 65, 305, 195, 110, 345, 280, 85, 170, 225, 325] as const;
const LIGHT_THEME = [0.64, 0.5, 0.57] as const;
const DARK_THEME = [0.76, 0.6, 0.68] as const;
const CHROMA = 0.125;

export const PALETTE_SIZE = HUES.length * LIGHT_THEME.length;

/** The palette for a theme, by {@link paletteIndex}. */
export function paletteFor(isDark: boolean): readonly Rgb[] {
  return (isDark ? DARK_THEME : LIGHT_THEME).flatMap((lightness) =>
    HUES.map((hue) => fromOklch(lightness, CHROMA, hue)),
  );
}

/** The place of a name in the palette, if it is free: FNV-1a over its UTF-16 units. */
export function paletteIndex(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % PALETTE_SIZE;
}

/** sRGB of an OKLCH colour; chroma is taken back until it fits. */
export function fromOklch(lightness: number, chroma: number, hue: number): Rgb {
  for (let c = chroma; ; c -= 0.005) {
    const linear = linearOf(lightness, Math.max(0, c), (hue * Math.PI) / 180);
    if (c <= 0 || linear.every((part) => part >= -0.0005 && part <= 1.0005)) {
      return linear.map(encode) as unknown as Rgb;
    }
  }
}

function linearOf(lightness: number, chroma: number, angle: number): [number, number, number] {
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function encode(linear: number): number {
  const part = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055));
}

/** Relative luminance, 0 for black and 1 for white. */
export function luminance([red, green, blue]: Rgb): number {
  const [r, g, b] = [red, green, blue].map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** From 1, the same, to 21, black on white. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** One colour over another; `share` of the first. */
export function mix(one: Rgb, other: Rgb, share: number): Rgb {
  return one.map((part, i) => Math.round(part * share + other[i]! * (1 - share))) as unknown as Rgb;
}

export function cssOf([red, green, blue]: Rgb, alpha = 1): string {
  return alpha === 1 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** As a pixel of `ImageData` read as little-endian 32-bit numbers. */
export function pixelOf([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
