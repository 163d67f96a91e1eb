/**
 * The operator's own code in the scheduler's process: the only way in which code gets there. A module named by `--preload` exports `setup(scheduler)`.
 */
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CoveyError } from '@covey/protocol';
import type { SchedulerServer } from './scheduler-server.js';

/** What a preload module exports. */
export type PreloadSetup = (scheduler: SchedulerServer) => unknown;

/** Loads modules one after the other and waits for what their `setup` returns. Paths begin with `.` or `/`; the rest are names of packages. */
export async function preload(modules: readonly string[], scheduler: SchedulerServer): Promise<void> {
  for (const module of modules) {
    const isPath = module.startsWith('.') || isAbsolute(module);
    const loaded = (await import(isPath ? pathToFileURL(resolve(module)).href : module)) as { setup?: PreloadSetup };
    if (typeof loaded.setup !== 'function') {
      throw new CoveyError(`the preload module ${module} exports no function 'setup'`);
    }
    await loaded.setup(scheduler);
  }
}
