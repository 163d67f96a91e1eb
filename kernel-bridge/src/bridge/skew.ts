/** Compares the versions of a front end and this kernel, and says what to do when they differ. */
import type { BridgeSkew } from '@covey/protocol/bridge';

export interface Versions {
  readonly protocol: number;
  readonly covey: string;
}

export function skewOf(kernel: Versions, frontEnd: Versions): BridgeSkew | null {
  const works = kernel.protocol === frontEnd.protocol;
  if (works && kernel.covey === frontEnd.covey) return null;
  const order = works ? compareVersions(kernel.covey, frontEnd.covey) : kernel.protocol - frontEnd.protocol;
  const older = order < 0 ? 'kernel' : 'front-end';
  const versions = `the kernel is of Covey ${kernel.covey}, the extension of Covey ${frontEnd.covey}`;
  const remedy =
    older === 'kernel'
      ? "install the newer Covey for the kernel ('npm install covey', then 'covey jupyter install') and restart it"
      : 'install the newer extension and reload the page';
  const outcome = works ? 'they work together, but' : 'they can’t talk to each other:';
  return { older, works, message: `${versions}; ${outcome} ${remedy}` };
}

/** Numbers between dots as numbers; what else there may be, as text. */
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
