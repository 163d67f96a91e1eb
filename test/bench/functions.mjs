/** The functions that the workloads run: the same ones as the peer's. */

export function inc(x) {
  return x + 1;
}

export function add(...xs) {
  let sum = 0;
  for (const x of xs) sum += x;
  return sum;
}

export function noop() {
  return null;
}

export function count(values) {
  return values.length;
}

export function nbytes(values) {
  return values.byteLength;
}

export function ones(length) {
  return new Float64Array(length).fill(1);
}
