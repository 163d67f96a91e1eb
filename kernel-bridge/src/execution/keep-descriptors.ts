/**
 * A cell that closes descriptors 0, 1 or 2 would end the kernel: whatever is opened next takes their place, and Node
 * aborts when it closes that. They stay open; for the cell it looks as if it had closed them.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';

const STANDARD_MAX = 2;

type Close = (descriptor: unknown, done?: unknown) => void;

export function keepDescriptors(): void {
  const fs = createRequire(import.meta.url)('node:fs') as { closeSync: Close; close: Close };
  const isStandard = (descriptor: unknown): boolean =>
    typeof descriptor === 'number' && descriptor >= 0 && descriptor <= STANDARD_MAX;
  const { closeSync, close } = fs;
  fs.closeSync = (descriptor) => {
    if (!isStandard(descriptor)) closeSync(descriptor);
  };
  fs.close = (descriptor, done) => {
    if (!isStandard(descriptor)) close(descriptor, ...(done === undefined ? [] : [done]));
    else if (typeof done === 'function') process.nextTick(done, null);
  };
  syncBuiltinESMExports();
}
