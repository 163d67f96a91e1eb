/**
 * Errors that leave user code another way than by being thrown from the task's function or rejecting its promise: from a
 * callback, or a promise that nobody waits for. The task whose code it was errs if it still runs; else somebody is told.
 */
import process from 'node:process';
import { activities } from './activity.js';
import type { Activity } from './activity.js';

/** Hears of an error whose activity is over or not known. */
export type StraySink = (error: unknown, activity: Activity | undefined) => void;

export function catchEscapedErrors(stray: StraySink): void {
  const caught = (error: unknown): void => {
    const activity = activities.getStore();
    if (activity?.escape(error) !== true) stray(error, activity);
  };
  process.on('uncaughtException', caught);
  process.on('unhandledRejection', caught);
}
