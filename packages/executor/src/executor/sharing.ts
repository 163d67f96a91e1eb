/** The part of {@link Executor} by which clients share: datasets, metadata, events. */
import { checkPlainData, flag } from '@covey/protocol/internal';
import { UnknownKeyError, UsageError } from '../errors.js';
import type { ClientTaskId } from '@covey/protocol/internal';
import { decodeFrames, encodeWhole } from '../values/codec.js';
import { checkUsage } from '../usage.js';
import { ClusterControl } from './control.js';

/** One entry of a topic. */
export interface ClusterEvent {
  /** Milliseconds since the Unix epoch, on the scheduler's clock. */
  readonly timeMs: number;
  readonly payload: unknown;
}

export abstract class Sharing extends ClusterControl {
  /**
   * Gives futures (or a structure of futures and small data) a name in the cluster, under which any client finds them. The
   * dataset keeps the results until it is unpublished.
   *
   * @throws when the name is taken, unless `override`
   */
  async publishDataset(name: string, value: unknown, options: { readonly override?: boolean } = {}): Promise<void> {
    checkUsage(options, { override: flag }, 'publishDataset');
    const { bytes, futures } = encodeWhole(value, name);
    const ids: ClientTaskId[] = futures.map((future) => this.session.handles.idOf(future));
    await this.session.call('publish-dataset', { name, ids, value: bytes, ...options }, this.signal);
  }

  /** What was published under a name, with futures of one's own. @throws UnknownKeyError */
  async getDataset<T = unknown>(name: string): Promise<T> {
    const { session } = this;
    const found = await session.call('get-dataset', { name, firstId: 0 as ClientTaskId }, this.signal);
    if (found === null) throw new UnknownKeyError(`No dataset is published under '${name}'`, { data: { name } });
    const futures = session.adopt(found.keys);
    return (await decodeFrames({ header: found.value, buffers: [] }, futures)) as T;
  }

  /** Names of the published datasets. */
  listDatasets(): Promise<readonly string[]> {
    return this.session.call('list-datasets', null, this.signal);
  }

  /** Takes a name back; results that nobody else holds are let go. */
  async unpublishDataset(name: string): Promise<void> {
    await this.session.call('unpublish-dataset', { name }, this.signal);
  }

  /**
   * Puts plain data (numbers, bigints of 64 bits, texts, booleans, null, undefined, dates, bytes, and arrays and plain objects of these) under a path of names in the scheduler, for all clients.
   *
   * @throws CallArgumentError that names the part which is not plain
   */
  async setMetadata(path: string | readonly string[], value: unknown): Promise<void> {
    checkPlainData(value, 'the metadata');
    await this.session.call('set-metadata', { path: pathOf(path), value }, this.signal);
  }

  /** What is under a path; `fallback` when there is nothing. @throws UnknownKeyError when there is nothing and no fallback */
  async getMetadata<T = unknown>(path: string | readonly string[], ...fallback: [] | [T]): Promise<T> {
    const names = pathOf(path);
    const answer = await this.session.call('get-metadata', { path: names }, this.signal);
    if (answer.found) return answer.value as T;
    if (fallback.length > 0) return fallback[0] as T;
    throw new UnknownKeyError(`There is no metadata under '${names.join('.')}'`, { data: { path: names } });
  }

  /**
   * Appends plain data to a topic: kept for a while on the scheduler, and sent to who subscribed.
   *
   * @throws CallArgumentError that names the part which is not plain
   */
  async logEvent(topic: string, payload: unknown): Promise<void> {
    checkPlainData(payload, 'the payload');
    await this.session.call('log-event', { topic, payload }, this.signal);
  }

  /** What was logged lately, by topic. Default: all topics. */
  getEvents(topic?: string): Promise<Readonly<Record<string, readonly ClusterEvent[]>>> {
    return this.session.call('events', topic === undefined ? {} : { topic }, this.signal);
  }

  /**
   * Has `listener` called with each payload that is logged to a topic from now on.
   *
   * @returns how to stop; also `using`
   */
  async subscribe(
    topic: string,
    listener: (payload: unknown) => void,
  ): Promise<{ stop(): Promise<void> } & AsyncDisposable> {
    const { session } = this;
    const remove = session.listen(topic, listener);
    try {
      await session.call('subscribe', { topic }, this.signal);
    } catch (error) {
      remove();
      throw error;
    }
    const stop = async () => {
      if (remove() && session.ended === undefined) await session.call('unsubscribe', { topic });
    };
    return { stop, [Symbol.asyncDispose]: stop };
  }
}

function pathOf(path: string | readonly string[]): readonly string[] {
  const names = typeof path === 'string' ? [path] : path;
  if (names.length === 0) throw new UsageError('The path of metadata needs at least one name');
  return names;
}
