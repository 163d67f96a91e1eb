/**
 * Tells SVG from other text.
 */
const svg = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE[^>]*>\s*)?<svg[\s>]/i;

export function typeOfSvg(text: string): 'image/svg+xml' | undefined {
  return svg.test(text) ? 'image/svg+xml' : undefined;
}
