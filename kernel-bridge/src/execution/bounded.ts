/** Text of which nobody wants megabytes: the beginning, and how much there was. */
export function bounded(text: string, max: number): string {
  if (text.length <= max) return text;
  // A cut may fall into a coloured part: what follows has its own colour again.
  const end = text.includes('\u001b') ? '\u001b[0m' : '';
  return `${text.slice(0, max)}${end}… ${(text.length - max).toLocaleString('en')} more characters`;
}
