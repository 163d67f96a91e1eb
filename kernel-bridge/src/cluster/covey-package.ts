/**
 * The little of `covey` that the kernel needs, in the notebook's own copy of it: that one has the classes that cells import,
 * and may be of another version than the kernel.
 */
import type { SchedulerInfo } from '@covey/protocol/internal';
import type { ModuleImporter } from '../cells/module-importer.js';

export interface FutureLike {
  readonly key: string;
  readonly clusterName: string | undefined;
  readonly status: string;
  readonly type: string | undefined;
  readonly nbytes: number | undefined;
  result(): Promise<unknown>;
  exception(): Promise<unknown>;
  done(): boolean;
  cancel(reason?: string): void;
  release(): void;
}

export interface ExecutorLike {
  readonly address: string;
  readonly clusterName: string | undefined;
  readonly closed: boolean;
  with(settings: Readonly<Record<string, unknown>>): ExecutorLike;
  submit(fn: (...args: never[]) => unknown, ...args: unknown[]): FutureLike;
  schedulerInfo(): Promise<SchedulerInfo>;
}

export interface FoundCluster {
  readonly address: string;
  readonly name?: string;
  readonly why: string;
  close?(): Promise<void>;
}

export interface CoveyPackage {
  readonly Executor: {
    connect(target: undefined, options: { readonly resolve: () => Promise<FoundCluster> }): Promise<ExecutorLike>;
  };
  readonly resolveTarget: (target: string | undefined) => Promise<FoundCluster>;
}

export async function loadCovey(importer: ModuleImporter): Promise<CoveyPackage> {
  return (await importer.load('covey')) as unknown as CoveyPackage;
}

/** By marks, since cells may have executors of any copy of the package. */
export function isExecutor(value: unknown): value is ExecutorLike {
  return isMarked(value, 'covey.executor');
}

export function isFuture(value: unknown): value is FutureLike {
  return isMarked(value, 'covey.future');
}

export function isMarked(value: unknown, mark: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    readSafely(value as Record<symbol, unknown>, Symbol.for(mark)) === true
  );
}

/** What is asked of every value must not fail for those that answer nobody: revoked proxies, traps and getters that throw. */
export function readSafely(value: Readonly<Record<symbol, unknown>>, key: symbol): unknown {
  try {
    return value[key];
  } catch {
    return undefined;
  }
}
