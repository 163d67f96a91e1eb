/**
 * Stacks down to what the user wrote: without the kernel's own frames, what called those, and Node's event loop.
 */

const isFrame = /^\s+at /;
const CHAIN_MAX = 20;

/**
 * Cleans the stacks of an error, its causes and the errors that it gathers.
 * @returns what puts them back: an error belongs to its program, and is only shown here.
 */
export function cleanStacks(error: Error, ownFiles: readonly string[]): () => void {
  const cleaned: (() => void)[] = [];
  for (const link of chainOf(error)) {
    const property = Object.getOwnPropertyDescriptor(link, 'stack');
    if (property?.configurable !== true || typeof link.stack !== 'string') continue;
    Object.defineProperty(link, 'stack', { ...withoutAccessors(property), value: cleanStack(link.stack, ownFiles) });
    cleaned.push(() => Object.defineProperty(link, 'stack', property));
  }
  return () => cleaned.forEach((restore) => restore());
}

export function cleanStack(stack: string, ownFiles: readonly string[]): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => isFrame.test(line));
  if (first < 0) return stack;
  const frames: string[] = [];
  for (const line of lines.slice(first)) {
    const isOwn = ownFiles.some((file) => line.includes(file));
    // Own frames on top only helped (a getter of the variables); below the user's they are what called him.
    if (isOwn && frames.length > 0) break;
    if (!isOwn) frames.push(line);
  }
  while (/\(?node:/.test(frames.at(-1) ?? '')) frames.pop();
  return [...lines.slice(0, first), ...frames].join('\n');
}

function chainOf(error: Error): Error[] {
  const chain: Error[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && chain.length < CHAIN_MAX) {
    const next = waiting.shift();
    if (!(next instanceof Error) || chain.includes(next)) continue;
    chain.push(next);
    waiting.push(next.cause);
    if (next instanceof AggregateError) waiting.push(...(next.errors as unknown[]));
  }
  return chain;
}

function withoutAccessors({ configurable, enumerable }: PropertyDescriptor): PropertyDescriptor {
  return { configurable: configurable === true, enumerable: enumerable === true, writable: true };
}
