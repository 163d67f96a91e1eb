/**
 * Actors: objects that live in a thread of their own on a worker. Their methods are called there, directly from here to the
 * worker, without the scheduler.
 */
import { inspect } from 'node:util';
import { ActorGoneError } from '@covey/protocol';
import type { ErrorReport, TaskId } from '@covey/protocol/internal';
import { letProxyTravel } from '@covey/functions/internal';
import { UsageError } from '../errors.js';
import { sessionBehind } from '../executor/base.js';
import type { ExecutorBase } from '../executor/base.js';
import type { Future } from '../future.js';
import type { Session } from '../session/session.js';
import { State } from '../session/task-table.js';
import type { ClientTaskId } from '@covey/protocol/internal';
import { decodeFrames, encodeWhole } from '../values/codec.js';
import { Failure } from '../values/failures.js';

/**
 * An actor as seen from here: its methods return promises, its properties are read by {@link getProperty}. Calls of one
 * client are made in the order in which they were sent; what an asynchronous method awaits lets others in between.
 * An actor is lost with its worker, and can't be moved.
 */
export type Actor<T> = {
  readonly [K in keyof T as T[K] extends (...args: never) => unknown ? K : never]: T[K] extends (
    ...args: infer Args
  ) => infer R
    ? (...args: Args) => Promise<Awaited<R>>
    : never;
};

/** Of an {@link Actor}, the class of its object. */
export type ActorOf<A> = A extends Actor<infer T> ? T : never;

/** Behind a proxy: which actor it is. */
interface Target {
  readonly session: Session;
  readonly id: number;
  readonly type: string;
  /** Keeps the actor as long as the proxy lives. */
  readonly future: Future<unknown>;
}

const targets = new WeakMap<object, Target>();

/** The proxy for an actor that has been made. */
export function actorProxy(session: Session, id: number, type: string): object {
  const target: Target = { session, id, type, future: session.handles.later(id) };
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  // What `console.log` shows: it looks past the proxy.
  const shown = Object.create(null, {
    [inspect.custom]: { value: () => `Actor<${type}> { key: '${target.future.key}' }` },
  }) as object;
  const proxy: object = new Proxy(shown, {
    get: (_, name) => {
      // A promise must not take an actor for one of its kind.
      if (typeof name === 'symbol') return name === Symbol.toStringTag ? `Actor<${type}>` : undefined;
      if (name === 'then' || name === 'toJSON') return undefined;
      let method = methods.get(name);
      if (method === undefined) methods.set(name, (method = (...args) => callActor(target, name, args)));
      return method;
    },
    has: (_, name) => typeof name === 'string' && name !== 'then',
    set: () => {
      throw new UsageError(`Properties of the actor '${type}' can't be set from outside: give it a method`);
    },
  });
  targets.set(proxy, target);
  // `travel.ts` makes it again: in a task it is the same actor, called from there.
  letProxyTravel(proxy, {
    name: 'covey.executor',
    encode: () => ['actor', target.future.key, type],
    decode: () => undefined,
  });
  return proxy;
}

/** An actor that somebody else has, as it is seen by this executor. */
export function actorByKey(executor: ExecutorBase, key: string, type: string): object {
  const session = sessionBehind(executor);
  const [future] = session.adopt([key]) as [Future<unknown>];
  const id = session.handles.idOf(future);
  session.markActor(id, type);
  return actorProxy(session, id, type);
}

/** Reads a property of the object behind an actor. */
export async function getProperty<T, K extends keyof T & string>(actor: Actor<T>, name: K): Promise<T[K]> {
  const target = targets.get(actor);
  if (target === undefined) throw new UsageError('getProperty takes an actor, as its future gives it');
  return (await atWorker(target, (address, taskId) =>
    target.session.link.workers.call(address, 'actor-get', { taskId, property: name }),
  )) as T[K];
}

async function callActor(target: Target, method: string, args: readonly unknown[]): Promise<unknown> {
  const { bytes, futures } = encodeWhole(args, `${target.type}.${method} arguments`);
  if (futures.length > 0) throw new UsageError('An actor takes no futures: await their results first');
  return atWorker(target, (address, taskId) =>
    target.session.link.workers.call(address, 'actor-call', { taskId, method, args: bytes }),
  );
}

/** Where an actor lives: asked once, since it never moves. */
const places = new WeakMap<Target, Promise<{ readonly address: string; readonly taskId: TaskId }>>();

async function atWorker(
  target: Target,
  call: (address: string, taskId: TaskId) => Promise<Uint8Array>,
): Promise<unknown> {
  const { session } = target;
  session.checkOpen();
  await throwIfGone(session, target.id);
  let place = places.get(target);
  if (place === undefined) places.set(target, (place = locate(target)));
  const answer = untilGone(
    target,
    place.then(({ address, taskId }) =>
      call(address, taskId).catch(async (error: unknown) => {
        // If its worker has died, that is about to be heard. If only this process does not reach it, the actor is well, and others' too.
        if (isConnectionError(error)) await pause(NEWS_OF_DEATH_MS);
        throw await asThrown(error, target.type);
      }),
    ),
  );
  const bytes = await (session.settings.aroundWait?.(() => answer) ?? answer);
  return decodeFrames({ header: bytes, buffers: [] });
}

/** Rejects as soon as it is heard that the actor is gone: its worker can't answer any more. */
function untilGone<T>(target: Target, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = target.session.onActorGone(target.id, () => {
      places.delete(target);
      void target.session.results.whyNone(target.id).then((why) => {
        reject(why instanceof Error ? why : new Error(String(why)));
      });
    });
    answer.finally(stop).then(resolve, reject);
  });
}

async function throwIfGone(session: Session, id: number): Promise<void> {
  const state = session.table.state(id);
  if (state !== State.pending && state !== State.finished) throw await session.results.whyNone(id);
}

/** The scheduler hears of a death in this time, by the nanny's report or the end of the connection's grace. */
const NEWS_OF_DEATH_MS = 6_000;

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}

function isConnectionError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ERR_COVEY_CONNECT' || code === 'ERR_COVEY_CONNECTION_CLOSED';
}

async function locate({ session, id, type }: Target): Promise<{ readonly address: string; readonly taskId: TaskId }> {
  // One that came along as an argument is asked for at the same time.
  if (session.table.state(id) === State.pending) await session.results.settled(id);
  await throwIfGone(session, id);
  const [located] = await session.call('locate', { ids: [id as ClientTaskId] });
  const address = located?.addresses[0];
  if (located === undefined || address === undefined) {
    throw new ActorGoneError(`The actor '${type}' is gone: its worker ended, and an actor has no other copy`);
  }
  return { address, taskId: located.taskId };
}

/** What a call of an actor failed with: what its method threw, as it was; or that the actor is gone. */
async function asThrown(error: unknown, type: string): Promise<unknown> {
  if (typeof error !== 'object' || error === null) return error;
  const { code, remoteCode, data } = error as { code?: unknown; remoteCode?: unknown; data?: unknown };
  const known = remoteCode ?? code;
  if (known === 'ERR_COVEY_REMOTE_RUN') return new Failure(data as ErrorReport).error();
  if (known === 'ERR_COVEY_NOT_HERE') {
    return new ActorGoneError(`The actor '${type}' is gone: its thread or its worker ended`, { cause: error });
  }
  return error;
}
