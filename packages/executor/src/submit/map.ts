/**
 * Many tasks of one function. Arguments are encoded one after another into chunks, each sent as one run; no object is made per
 * task but its future. The first chunk is small and every chunk leaves at once, so that workers begin while the rest is encoded.
 */
import { critically, describeValue, MAX_KEY_LENGTH } from '@covey/protocol/internal';
import type { ClientTaskId, TaskOptions } from '@covey/protocol/internal';
import { UsageError } from '../errors.js';
import type { Future } from '../future.js';
import type { SentFunction } from '../session/function-ledger.js';
import type { Session } from '../session/session.js';
import type { View } from '../session/view.js';
import { captureTask, ChunkEncoder, definitionOf, keyByContent } from '../values/codec.js';
import type { CapturedTask } from '../values/codec.js';
import { LARGE_ARGUMENT_BYTES, liftLargeArguments } from './large-arguments.js';
import { dependencyIds } from './submit.js';
import type { AnyFunction } from './submit.js';

const FIRST_CHUNK = 50;
const CHUNK = 2000;
/** A chunk of large arguments is sent before it is complete. */
const CHUNK_BYTES = 256 * 1024;

/** Submits one call for each position of the iterables, up to the end of the shortest. See {@link Executor.map}. */
export function mapTasks(
  session: Session,
  view: View,
  fn: AnyFunction,
  iterables: readonly Iterable<unknown>[],
): Future<unknown>[] {
  if (typeof fn !== 'function') throw new UsageError(`map takes a function first, not ${describeValue(fn)}`);
  if (iterables.length === 0) throw new UsageError('map needs something to map over: `map(fn, items)`');
  iterables.forEach(checkIterable);
  session.checkRoom();
  view.checkSignal();
  checkPrefix(view.key);
  const captured = critically(() => captureTask(fn, view.pure));
  const run = new MapRun(session, view, captured, view.takeKey());
  const [only] = iterables;
  try {
    return session.whileFilling(() => {
      if (iterables.length === 1 && only !== undefined) {
        const args: [unknown] = [undefined];
        for (const item of only) {
          args[0] = item;
          run.add(args);
        }
      } else {
        run.addTogether(iterables);
      }
      return run.finish();
    });
  } catch (error) {
    run.abandon();
    throw error;
  }
}

/** What is put behind a map's key has room beside it. */
function checkPrefix(key = ''): void {
  const most = MAX_KEY_LENGTH - `-${Number.MAX_SAFE_INTEGER}`.length;
  if (key.length <= most) return;
  throw new UsageError(`The \`key\` of a map must be text of 1 to ${most} characters, not of ${key.length}`);
}

function checkIterable(value: unknown, at: number): void {
  if (typeof value === 'object' && value !== null) {
    if (Symbol.iterator in value) return;
    if (Symbol.asyncIterator in value) {
      throw new UsageError(
        `Argument ${at + 2} of map is asynchronous: map has to know all items at once. Collect it first ` +
          '(`for await (const item of source) items.push(item)`), or submit each item as it comes',
      );
    }
  }
  if (typeof value === 'string') return;
  throw new UsageError(`Argument ${at + 2} of map has to be iterable, not ${describeValue(value)}`);
}

/** A map on its way: the chunk that is being filled, and the futures so far. */
class MapRun {
  readonly #session: Session;
  readonly #view: View;
  readonly #captured: CapturedTask;
  readonly #fn: SentFunction;
  readonly #options: TaskOptions;
  readonly #keyPrefix: string | undefined;
  readonly #hashed: boolean;
  readonly #futures: Future<unknown>[] = [];
  readonly #chunk = new ChunkEncoder();
  /** Of the tasks in the chunk. */
  #ends: number[] = [];
  #keys: string[] = [];
  #definitions: number[] = [];
  #dependencies: ClientTaskId[] = [];
  #dependenciesEach = 0;
  /** Positions of futures that are other handles of tasks in the chunk, or of held ones. */
  #repeated: { readonly at: number; readonly ofItem: number }[] = [];
  /** Where in the chunk a key stands. */
  readonly #inChunk = new Map<string, number>();
  #firstChunk = true;
  #index = 0;

  constructor(session: Session, view: View, captured: CapturedTask, keyPrefix: string | undefined) {
    this.#session = session;
    this.#view = view;
    this.#captured = captured;
    this.#fn = session.useFunction(captured.blob);
    this.#keyPrefix = keyPrefix;
    this.#hashed = view.pure && keyPrefix === undefined;
    this.#options = view.optionsFor(keyPrefix !== undefined ? 'given' : view.pure ? 'content' : 'unique');
  }

  addTogether(iterables: readonly Iterable<unknown>[]): void {
    const iterators = iterables.map((iterable) => iterable[Symbol.iterator]());
    try {
      for (;;) {
        const args: unknown[] = [];
        for (const iterator of iterators) {
          const step = iterator.next();
          if (step.done === true) return;
          args.push(step.value);
        }
        this.add(args);
      }
    } finally {
      // The shortest has ended; the others are told that nobody reads on.
      for (const iterator of iterators) iterator.return?.();
    }
  }

  add(args: readonly unknown[]): void {
    let key: string | undefined;
    let definition = 0;
    if (this.#hashed) {
      key = this.#view.keyOf(keyByContent(this.#captured, args));
      if (key === undefined) {
        this.#addAlone(args);
        return;
      }
      const ofItem = this.#inChunk.get(key);
      if (ofItem !== undefined) {
        this.#repeated.push({ at: this.#futures.length + this.#ends.length + this.#repeated.length, ofItem });
        return;
      }
      const held = this.#view.shares ? this.#session.heldTask(key) : undefined;
      if (held !== undefined) {
        this.#send();
        this.#futures.push(this.#session.handles.later(held));
        return;
      }
    } else if (this.#keyPrefix !== undefined) {
      key = `${this.#keyPrefix}-${this.#index++}`;
      const content = this.#view.pure ? this.#view.keyOf(keyByContent(this.#captured, args)) : undefined;
      definition = content === undefined ? 0 : definitionOf(content);
    }
    this.#append(args, key, definition);
  }

  finish(): Future<unknown>[] {
    this.#send();
    return this.#futures;
  }

  /** Lets go of what was submitted before something failed: nobody gets those futures. */
  abandon(): void {
    for (const future of this.#futures) future.release();
  }

  #append(args: readonly unknown[], key: string | undefined, definition = 0): void {
    const futures = this.#chunk.append(args);
    if (this.#chunk.lastBytes > LARGE_ARGUMENT_BYTES) {
      this.#chunk.undo();
      this.#append(liftLargeArguments(this.#session, this.#fn.name, args), key, definition);
      return;
    }
    const dependencies = dependencyIds(this.#session, this.#captured.futures, futures);
    const each = dependencies?.length ?? 0;
    if (this.#ends.length > 0 && each !== this.#dependenciesEach) {
      // A run has equally many dependencies for each task: this one begins the next.
      this.#chunk.undo();
      this.#send();
      this.#chunk.append(args);
    }
    this.#dependenciesEach = each;
    if (dependencies !== null) for (const id of dependencies) this.#dependencies.push(id);
    this.#ends.push(this.#chunk.length);
    if (key !== undefined) {
      this.#keys.push(key);
      if (this.#hashed) this.#inChunk.set(key, this.#ends.length - 1);
      else this.#definitions.push(definition);
    }
    const full = this.#firstChunk ? FIRST_CHUNK : CHUNK;
    if (this.#ends.length >= full || this.#chunk.length >= CHUNK_BYTES) this.#send();
  }

  /** A task without a key of its own between tasks that have one. */
  #addAlone(args: readonly unknown[]): void {
    this.#send();
    this.#append(args, undefined);
    this.#send(this.#view.optionsFor('unique'));
  }

  #send(options = this.#options): void {
    if (this.#ends.length === 0) return;
    critically(() => this.#sendChunk(options));
    this.#session.checkRoom();
  }

  #sendChunk(options: TaskOptions): void {
    const count = this.#ends.length;
    const session = this.#session;
    const firstId = session.table.allocate(count);
    const named = this.#keys.length > 0;
    session.sendRun(
      options,
      this.#fn.id,
      firstId,
      count,
      named ? this.#keys : (this.#fn.origin.prefix as string),
      this.#chunk.take(),
      count === 1 ? null : this.#ends,
      this.#dependencies.length === 0 ? null : this.#dependencies,
      this.#definitions.length === 0 ? null : this.#definitions,
    );
    session.link.flush();
    this.#view.watch(session, firstId, count);
    if (!named) {
      session.handles.firstOfMany(firstId, count, this.#futures, this.#fn.origin);
    } else if (this.#repeated.length === 0) {
      this.#name(firstId);
      session.handles.firstOfMany(firstId, count, this.#futures);
    } else {
      this.#name(firstId);
      this.#weave(firstId, count);
    }
    this.#ends = [];
    this.#keys = [];
    this.#definitions = [];
    this.#dependencies = [];
    this.#inChunk.clear();
    this.#firstChunk = false;
  }

  #name(firstId: number): void {
    if (!this.#view.shares) {
      for (let i = 0; i < this.#keys.length; i++) this.#session.table.setKey(firstId + i, this.#keys[i] as string);
      return;
    }
    for (let i = 0; i < this.#keys.length; i++) this.#session.nameTask(firstId + i, this.#keys[i] as string);
  }

  /** Puts the futures of the chunk and the repeated ones between them into their order. */
  #weave(firstId: number, count: number): void {
    const first: Future<unknown>[] = [];
    this.#session.handles.firstOfMany(firstId, count, first);
    let next = 0;
    for (const { at, ofItem } of this.#repeated) {
      while (this.#futures.length < at) this.#futures.push(first[next++] as Future<unknown>);
      this.#futures.push(this.#session.handles.later(firstId + ofItem));
    }
    while (next < count) this.#futures.push(first[next++] as Future<unknown>);
    this.#repeated = [];
  }
}
