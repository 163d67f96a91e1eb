/** How soon a process of a cluster runs at full speed. */
import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 optimize what it has seen less often than by default (after a third of the bytecode). The processes of a cluster do few things, and
 * always the same: what they do a hundred times they do a million times. The first thousand tasks that come one by one then take a
 * quarter less time each; what is compiled in all grows by a few per cent. To be called where a process begins, before anything runs often.
 */
export function optimizeEarly(): void {
  const flag = earlyFlag(process.versions.v8);
  if (flag !== undefined) setFlagsFromString(flag);
}

/**
 * From version 12 on (Node 22) V8 counts calls instead, complains of this flag on standard error, and is not made faster by a third
 * of the calls: the first tasks took a tenth more time each.
 */
export function earlyFlag(v8Version: string): string | undefined {
  return Number.parseInt(v8Version) < 12 ? '--interrupt-budget=20000' : undefined;
}
