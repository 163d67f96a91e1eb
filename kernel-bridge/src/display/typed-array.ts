/**
 * A long typed array in a few lines: how many, from where to where, and its first and last values.
 */
import { formatBytes } from '@covey/protocol/bridge';

type Numbers = ArrayLike<number> | ArrayLike<bigint>;

const FROM = 100;
const ENDS = 6;
/** Of longer ones the range is not looked for: showing a value should take no time. */
const COUNTED_MAX = 2e7;

export function typedArrayText(value: object): string | undefined {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  const array = value as unknown as Numbers;
  if (array.length < FROM) return undefined;
  const name = (value.constructor as { name?: string }).name ?? 'TypedArray';
  const size = `${name}(${array.length.toLocaleString('en')})  ${formatBytes(value.byteLength)}`;
  const ends = [...valuesOf(array, 0, ENDS), '…', ...valuesOf(array, array.length - ENDS, array.length)];
  const range = array.length <= COUNTED_MAX ? `\n${rangeOf(array)}` : '';
  return `${size}\n[ ${ends.join(', ')} ]${range}`;
}

function rangeOf(array: Numbers): string {
  let min = array[0] as number;
  let max = array[0] as number;
  let sum = 0;
  let strange = 0;
  for (let at = 0; at < array.length; at++) {
    const value = array[at] as number;
    // Not a number, which compares with nothing.
    if (value !== value) {
      strange++;
      continue;
    }
    if (!(value >= min)) min = value;
    if (!(value <= max)) max = value;
    sum += Number(value);
  }
  const counted = array.length - strange;
  if (counted === 0) return 'all NaN';
  const text = (value: number | bigint): string => String(value);
  return `min ${text(min)}  max ${text(max)}  mean ${text(Number((sum / counted).toPrecision(6)))}${strange === 0 ? '' : `  NaN ${strange.toLocaleString('en')} times`}`;
}

function valuesOf(array: Numbers, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(array[from + index]));
}
