/**
 * The shared buffers that a compute thread was given and user code may still read. A lease ends when the `SharedArrayBuffer`
 * object is collected: nothing else tells when the last view of it is gone. Each lease is reported exactly once.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BufferId } from './messages.js';

interface Lease {
  readonly id: BufferId;
  readonly buffer: WeakRef<SharedArrayBuffer>;
}

export class Leases {
  readonly #open = new Set<Lease>();
  readonly #ids = new WeakMap<SharedArrayBuffer, BufferId>();
  readonly #finalizers: FinalizationRegistry<Lease>;
  #ended: BufferId[] = [];
  #collector: (() => void) | undefined;

  /** @param onEnded Called when the collector has ended some by itself: they wait to be taken. */
  constructor(onEnded: () => void) {
    this.#finalizers = new FinalizationRegistry((lease) => {
      if (!this.#open.delete(lease)) return;
      this.#ended.push(lease.id);
      if (this.#ended.length === 1) onEnded();
    });
  }

  add(id: BufferId, buffer: SharedArrayBuffer): void {
    const lease = { id, buffer: new WeakRef(buffer) };
    this.#open.add(lease);
    this.#ids.set(buffer, id);
    this.#finalizers.register(buffer, lease);
  }

  /** The number of a buffer that came from the pool; undefined for any other. */
  idOf(buffer: ArrayBufferLike): BufferId | undefined {
    return this.#ids.get(buffer as SharedArrayBuffer);
  }

  /** Runs the collector. Finalizers would run in a later turn, so the dead are looked for here. */
  collect(): void {
    (this.#collector ??= exposeCollector())();
    for (const lease of this.#open) {
      if (lease.buffer.deref() !== undefined) continue;
      this.#open.delete(lease);
      this.#ended.push(lease.id);
    }
  }

  /** What has ended since the last time. */
  takeEnded(): readonly BufferId[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }
}

/** V8 shows its collector only to contexts made after the flag is set. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collector = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collector;
}
