/**
 * Anything callable or constructible. Captured functions are looked at, not called: their parameters don't matter, and
 * classes count.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- no other type takes functions and classes alike
export type AnyFunction = Function;

/** Whether V8 shows no source of it: it is native, bound, or a proxy. */
export function isNative(subject: AnyFunction): boolean {
  return textOf(subject).endsWith('{ [native code] }');
}

/** Its name; empty when that is something else, since a class may have a static method or accessor of that name. */
export function nameOf(subject: AnyFunction): string {
  const name: unknown = Object.getOwnPropertyDescriptor(subject, 'name')?.value;
  return typeof name === 'string' ? name : '';
}

/** The source text of a function as V8 runs it, whatever its own `toString` says. */
export function textOf(subject: AnyFunction): string {
  return Function.prototype.toString.call(subject);
}
