/** What this process runs on, as shown beside what workers say of themselves. */
import { COVEY_VERSION } from '@covey/protocol';

export function schedulerVersions(): Readonly<Record<string, string>> {
  return {
    covey: COVEY_VERSION,
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform}-${process.arch}`,
  };
}
