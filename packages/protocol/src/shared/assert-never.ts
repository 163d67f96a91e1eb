/** Makes a `switch` over a union exhaustive: it compiles only where no case is left. */
export function assertNever(value: never, what = 'value'): never {
  throw new TypeError(`unexpected ${what}: ${JSON.stringify(value)}`);
}
