/** Asking several workers the same, each for itself: one that fails or is slow spoils nobody else's answer. */
import { CoveyError } from '@covey/protocol';
import type { CallOptions, ErrorReport, PerWorker, WorkerCalls, WorkerId } from '@covey/protocol/internal';
import type { Member } from '../fleet.js';

type Answers<Result> = Record<string, { readonly ok: Result } | { readonly error: ErrorReport }>;

/** Calls each worker; the answers, or why there is none, by address. */
export async function askEach<Method extends keyof WorkerCalls>(
  members: readonly Member[],
  method: Method,
  params: (worker: WorkerId) => WorkerCalls[Method]['params'],
  options: CallOptions,
): Promise<PerWorker<WorkerCalls[Method]['result']>> {
  const answers: Answers<WorkerCalls[Method]['result']> = {};
  const ask = async ({ id, hello, channel }: Member) => {
    try {
      answers[hello.address] = {
        ok: (await channel.call(method, params(id), options)) as WorkerCalls[Method]['result'],
      };
    } catch (error) {
      options.signal?.throwIfAborted();
      answers[hello.address] = { error: toErrorReport(error, hello.name) };
    }
  };
  await Promise.all(members.map(ask));
  return answers;
}

/** What those answered that did. */
export function valuesOf<Result>(answers: PerWorker<Result>): Result[] {
  return Object.values(answers).flatMap((answer) => ('ok' in answer ? [answer.ok] : []));
}

/** A failed call as a report. A worker that has a report of its own (user code threw) sends it as the error's data. */
export function toErrorReport(error: unknown, worker: string): ErrorReport {
  const data = error instanceof CoveyError ? error.data : undefined;
  if (isErrorReport(data)) return { ...data, worker };
  if (error instanceof CoveyError)
    return { name: error.name, message: error.message, code: error.code, key: '', worker };
  if (error instanceof Error) return { name: error.name, message: error.message, key: '', worker };
  return { name: 'Error', message: String(error), key: '', worker };
}

function isErrorReport(value: unknown): value is ErrorReport {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message, key } = value as Partial<ErrorReport>;
  return typeof name === 'string' && typeof message === 'string' && typeof key === 'string';
}
