/**
 * Errors as they travel, and the error objects that they become here.
 *
 * What user code threw comes back as what it was, with the stack that it had on the worker. Our own errors are known by code.
 */
import { mapStack } from '@covey/functions/internal';
import { CoveyError } from '@covey/protocol';
import { errorClassOf, markAs } from '@covey/protocol/internal';
import { TaskCancelledError, TaskError } from '../errors.js';
import { decodeFrames } from './codec.js';
import type { ErrorReport } from '@covey/protocol/internal';

/** Why a task has no result: as reported, and as an object once somebody wanted it. */
export class Failure {
  readonly report: ErrorReport;
  #error: Promise<unknown> | undefined;

  constructor(report: ErrorReport) {
    this.report = report;
  }

  /** What `result()` throws; the same object each time, so that it can be recognised. */
  error(): Promise<unknown> {
    return (this.#error ??= makeError(this.report));
  }
}

/** Why a task that never failed has no result: cancelled, lost. */
export class Ending {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}

async function makeError(report: ErrorReport): Promise<unknown> {
  if (report.value !== undefined) {
    try {
      return withRemoteStack(await decodeFrames({ header: report.value, buffers: [] }), report);
    } catch (cause) {
      // Its class needs something that this process lacks: what can be said in words is still said.
      return withRemoteStack(new TaskError(describe(report), { cause, data: dataOf(report) }), report);
    }
  }
  if (report.code !== undefined) {
    const errorClass = errorClassOf(report.code);
    const options = { data: { ...report.details, ...dataOf(report) } };
    if (errorClass !== undefined) return withRemoteStack(new errorClass(report.message, options), report);
    // A kind that only workers declare, or what ships functions: that keeps free of imports.
    const error = new CoveyError(report.message, options);
    markAs(error, { code: report.code, name: report.name });
    return withRemoteStack(error, report);
  }
  return withRemoteStack(new TaskError(describe(report), { data: dataOf(report) }), report);
}

/** The error for tasks that were cancelled or whose data is lost. */
export function makeEnding(code: string, reason: string, key: string, why?: { readonly cause: unknown }): Ending {
  const errorClass = errorClassOf(code) ?? TaskCancelledError;
  return new Ending(
    new errorClass(reason === '' ? `'${key}' was cancelled` : `'${key}': ${reason}`, { data: { key }, ...why }),
  );
}

function describe(report: ErrorReport): string {
  return report.name === 'Error' || report.name === '' ? report.message : `${report.name}: ${report.message}`;
}

function dataOf(report: ErrorReport): { readonly key: string; readonly worker?: string } {
  return report.worker === undefined ? { key: report.key } : { key: report.key, worker: report.worker };
}

/** Gives an error the stack that it had where it was thrown. */
function withRemoteStack(error: unknown, report: ErrorReport): unknown {
  if (!(error instanceof Error) || report.stack === undefined || report.stack === '') return error;
  const place = `    at task '${report.key}'${report.worker === undefined ? '' : ` on ${report.worker}`}`;
  try {
    Object.defineProperty(error, 'stack', {
      value: `${mapStack(report.stack)}\n${place}`,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  } catch {
    // A frozen error keeps the stack that it has: nothing else is lost.
  }
  return error;
}
