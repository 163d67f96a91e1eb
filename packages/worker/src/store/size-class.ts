/**
 * Sizes in which buffers are made, so that one can be used again for another value of about its size: four steps to each power of two, so at most a fifth is unused.
 * What is unused at the end of a buffer was never touched and so costs address space, not memory.
 */

const SMALLEST = 32 * 1024;
const STEPS = 4;

/** The smallest size of a class that holds so many bytes. */
export function sizeClass(nbytes: number): number {
  if (nbytes <= SMALLEST) return SMALLEST;
  const power = 2 ** Math.floor(Math.log2(nbytes - 1));
  const step = Math.max(power / STEPS, 4096);
  return power + Math.ceil((nbytes - power) / step) * step;
}
