/**
 * Who started this process: its parent when it began, and the process that Jupyter names, which is another one when a
 * script stands between them. Asked in the kernel's first moment, since a starter may die while its kernel still starts.
 */
export interface Starter {
  readonly parent: number;
  /** By `JPY_PARENT_PID`. */
  readonly named: number | undefined;
}

export function starterNow(environment: NodeJS.ProcessEnv = process.env): Starter {
  const named = Number(environment['JPY_PARENT_PID']);
  return { parent: process.ppid, named: Number.isSafeInteger(named) && named > 0 ? named : undefined };
}
