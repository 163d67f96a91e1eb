/**
 * Looking at live values without running anything of the user's.
 */

/** A data property of a value or of what it inherits from; a getter or a proxy is not asked. */
export function ownValue(holder: unknown, name: string): unknown {
  if (holder === undefined || holder === null) return undefined;
  for (let at: unknown = Object(holder); at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property.value as unknown;
  }
  return undefined;
}

/** Jupyter counts positions in code points, JavaScript in UTF-16 units. */
export function unitsToCodePoints(text: string, units: number): number {
  let codePoints = 0;
  for (const character of text.slice(0, units)) codePoints += character === '' ? 0 : 1;
  return codePoints;
}
