import { hash } from 'node:crypto';
import { encode } from '@covey/functions';

/** @internal Stands in until `@covey/functions` has it. */
export function hashArguments(
  identity: string,
  args: readonly unknown[],
  keyOf: (value: object) => string | undefined = () => undefined,
): string | undefined {
  const keys: string[] = [];
  const { header } = encode(args, {
    outOfBandBytes: Infinity,
    reference: (value) => {
      const key = keyOf(value);
      return key === undefined ? -1 : keys.push(key) - 1;
    },
  });
  return hash('sha256', Buffer.concat([Buffer.from(`${identity}\0${keys.join('\0')}\0`), header]), 'base64url').slice(
    0,
    22,
  );
}
