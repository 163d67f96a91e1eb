/** Answers what the scheduler, clients and other workers ask of this worker. */
import { CallArgumentError, COVEY_VERSION, UnknownCallError } from '@covey/protocol';
import { MAX_RELAYED_BYTES } from '@covey/protocol/internal';
import type { CallHandler, TaskId, WholeValue, WorkerCalls, WorkerPeerCalls } from '@covey/protocol/internal';
import process from 'node:process';
import type { Incarnation } from './incarnation.js';
import { callStacks } from './call-stacks.js';
import { framesOf } from '../store/value-store.js';
import type { StoredValue } from '../store/value-store.js';
import { profileThreads } from './profile-threads.js';

type Handlers<Table> = {
  [Method in keyof Table]: Table[Method] extends { params: infer Params; result: infer Result }
    ? (params: Params) => Result | Promise<Result>
    : never;
};

/** The versions that are compared when something does not fit. */
export function ownVersions(): Record<string, string> {
  return {
    covey: COVEY_VERSION,
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** Answers calls of the scheduler. */
export function schedulerCalls(current: () => Incarnation, close: (reason: string) => void): CallHandler {
  const handlers: Handlers<WorkerCalls> = {
    run: ({ function: blob, args, wait }) => current().run(blob, args, wait),
    'call-stack': ({ taskIds }) => callStacks(current(), taskIds),
    upload: (file) => {
      current().upload(file);
      return null;
    },
    value: ({ taskId, onlyAsk }) => {
      const value = current().store.get(taskId);
      if (value === undefined) return null;
      return onlyAsk === true ? { header: new Uint8Array(0), buffers: [] } : wholeValue(value, taskId);
    },
    story: ({ taskIds }) => current().core.story(taskIds),
    versions: () => ownVersions(),
    profile: ({ durationMs }) => profileThreads(current(), durationMs),
    close: ({ reason }) => {
      close(reason);
      return null;
    },
  };
  return handlerOf(handlers);
}

/** Answers calls of clients and of other workers. */
export function peerCalls(current: () => Incarnation): CallHandler {
  const handlers: Handlers<WorkerPeerCalls> = {
    'actor-call': ({ taskId, method, args }) => current().callActor(taskId, method, args),
    'actor-get': ({ taskId, property }) => current().callActor(taskId, property, null),
  };
  return handlerOf(handlers);
}

/** A value for a message, as bytes of its own. @throws CallArgumentError */
function wholeValue(value: StoredValue, taskId: TaskId): WholeValue {
  if (value.nbytes > MAX_RELAYED_BYTES) {
    throw new CallArgumentError(
      `result ${taskId} has ${value.nbytes} bytes, too many to travel through the scheduler (at most ${MAX_RELAYED_BYTES})`,
    );
  }
  const { header, buffers } = framesOf(value);
  return { header: header.slice(), buffers: buffers.map((buffer) => buffer.slice()) };
}

function handlerOf(handlers: object): CallHandler {
  const table = new Map(Object.entries(handlers)) as Map<string, (params: unknown) => unknown>;
  return (method, params) => {
    const handler = table.get(method);
    if (handler === undefined) throw new UnknownCallError(`a worker does not know the call ${JSON.stringify(method)}`);
    return handler(params);
  };
}
