/**
 * The shared buffers of a worker: made here, lent to compute threads, and used again when nobody holds or reads them.
 *
 * V8 feels no pressure from `SharedArrayBuffer`s, so their life is counted instead: *holds* by values in the store, *leases* by whoever may read or write them now: a thread that
 * received the buffer, a socket that sends it, a fetch that fills it. At zero of both a buffer goes to the free list of its size.
 *
 * The pool knows no thread and no value: borrowers are opaque names whose leases end together.
 */
import { sizeClass } from './size-class.js';

/** Never given twice. */
export type BufferId = number;

export class PoolBuffer {
  readonly id: BufferId;
  readonly memory: SharedArrayBuffer;
  holds = 0;
  leases = 0;

  constructor(id: BufferId, memory: SharedArrayBuffer) {
    this.id = id;
    this.memory = memory;
  }
}

export interface PoolFigures {
  /** Bytes of buffers that values in the store hold. */
  readonly heldBytes: number;
  /** Bytes of buffers that no value holds any more but somebody may still read. */
  readonly leasedBytes: number;
  /** Bytes of buffers that wait for their next use. */
  readonly freeBytes: number;
}

export interface BufferPoolOptions {
  /** Free buffers are kept up to this many bytes, or an eighth of what is held if that is more, however long nobody needs them. Default 192 MiB. */
  readonly keepFreeBytes?: number;
  /** And up to this many as long as they are needed now and then. Default 1 GiB. */
  readonly keepBusyBytes?: number;
  /** Leased bytes that no value holds, from which collecting is worth its time. Default 64 MiB. */
  readonly collectFromBytes?: number;
}

const KEPT_FRACTION = 8;

export class BufferPool {
  readonly #buffers = new Map<BufferId, PoolBuffer>();
  readonly #byMemory = new WeakMap<ArrayBufferLike, PoolBuffer>();
  /** By size; the last one was used last. */
  readonly #free = new Map<number, PoolBuffer[]>();
  readonly #leases = new Map<unknown, Map<BufferId, number>>();
  readonly #keepFreeBytes: number;
  readonly #keepBusyBytes: number;
  readonly #collectFromBytes: number;
  #lastId = 0;
  #heldBytes = 0;
  #leasedBytes = 0;
  #freeBytes = 0;
  /** The least that was free since the last {@link age}: so much nobody has needed. */
  #unneededBytes = 0;
  /** Bytes of buffers let go since the last `takeLetGo`: memory that comes back only when this thread's collector runs. */
  #letGoBytes = 0;

  constructor(options: BufferPoolOptions = {}) {
    this.#keepFreeBytes = options.keepFreeBytes ?? 192 * 2 ** 20;
    this.#keepBusyBytes = options.keepBusyBytes ?? 2 ** 30;
    this.#collectFromBytes = options.collectFromBytes ?? 64 * 2 ** 20;
  }

  get figures(): PoolFigures {
    return { heldBytes: this.#heldBytes, leasedBytes: this.#leasedBytes, freeBytes: this.#freeBytes };
  }

  get(id: BufferId): PoolBuffer | undefined {
    return this.#buffers.get(id);
  }

  /** The pool's buffer behind a view of its memory; undefined for other memory. */
  of(view: ArrayBufferView): PoolBuffer | undefined {
    return this.#byMemory.get(view.buffer);
  }

  /** A buffer of at least so many bytes, leased once by `borrower`. Its content is what was left in it. */
  allocate(nbytes: number, borrower: unknown): PoolBuffer {
    const size = sizeClass(nbytes);
    const buffer = this.#takeFree(size) ?? this.#make(size);
    this.#leasedBytes += buffer.memory.byteLength;
    buffer.leases = 1;
    this.#leaseMap(borrower).set(buffer.id, 1);
    return buffer;
  }

  /** Whether new memory would be needed for so many bytes, while much is only leased. */
  shouldCollectFor(nbytes: number): boolean {
    return this.#leasedBytes >= this.#collectFromBytes && this.#findFree(sizeClass(nbytes)) === undefined;
  }

  /** Whether much is leased that nobody holds. */
  get shouldCollect(): boolean {
    return this.#leasedBytes >= this.#collectFromBytes;
  }

  hold(buffer: PoolBuffer): void {
    buffer.holds += 1;
    if (buffer.holds > 1) return;
    this.#heldBytes += buffer.memory.byteLength;
    if (buffer.leases > 0) this.#leasedBytes -= buffer.memory.byteLength;
  }

  unhold(buffer: PoolBuffer): void {
    if (buffer.holds === 0) throw new RangeError(`buffer ${buffer.id} is not held`);
    buffer.holds -= 1;
    if (buffer.holds > 0) return;
    this.#heldBytes -= buffer.memory.byteLength;
    if (buffer.leases > 0) this.#leasedBytes += buffer.memory.byteLength;
    else this.#release(buffer);
  }

  lease(buffer: PoolBuffer, borrower: unknown): void {
    buffer.leases += 1;
    if (buffer.leases === 1 && buffer.holds === 0) this.#leasedBytes += buffer.memory.byteLength;
    const leases = this.#leaseMap(borrower);
    leases.set(buffer.id, (leases.get(buffer.id) ?? 0) + 1);
  }

  /** One lease less; without effect when the borrower has none of this buffer (any more). */
  unlease(id: BufferId, borrower: unknown): void {
    const leases = this.#leases.get(borrower);
    const count = leases?.get(id);
    const buffer = this.#buffers.get(id);
    if (leases === undefined || count === undefined || buffer === undefined) return;
    if (count > 1) leases.set(id, count - 1);
    else {
      leases.delete(id);
      if (leases.size === 0) this.#leases.delete(borrower);
    }
    this.#unlease(buffer, 1);
  }

  /** The borrower is no more. */
  unleaseAll(borrower: unknown): void {
    const leases = this.#leases.get(borrower);
    this.#leases.delete(borrower);
    for (const [id, count] of leases ?? []) {
      const buffer = this.#buffers.get(id);
      if (buffer !== undefined) this.#unlease(buffer, count);
    }
  }

  /** To be called every few seconds: of what was free all the time since the last call, lets go what is more than is kept at rest. */
  age(): void {
    this.#letGo(Math.max(this.#freeBytes - this.#unneededBytes, this.#restBytes));
    this.#unneededBytes = this.#freeBytes;
  }

  /** Lets all free buffers go. */
  trim(): void {
    this.#letGo(0);
  }

  /** Bytes let go since the last call. */
  takeLetGo(): number {
    const bytes = this.#letGoBytes;
    this.#letGoBytes = 0;
    return bytes;
  }

  #leaseMap(borrower: unknown): Map<BufferId, number> {
    let leases = this.#leases.get(borrower);
    if (leases === undefined) {
      leases = new Map<BufferId, number>();
      this.#leases.set(borrower, leases);
    }
    return leases;
  }

  #unlease(buffer: PoolBuffer, count: number): void {
    buffer.leases -= count;
    if (buffer.leases > 0 || buffer.holds > 0) return;
    this.#leasedBytes -= buffer.memory.byteLength;
    this.#release(buffer);
  }

  get #restBytes(): number {
    return Math.max(this.#keepFreeBytes, this.#heldBytes / KEPT_FRACTION);
  }

  #release(buffer: PoolBuffer): void {
    const size = buffer.memory.byteLength;
    const line = this.#free.get(size);
    if (line === undefined) this.#free.set(size, [buffer]);
    else line.push(buffer);
    this.#freeBytes += size;
    this.#letGo(Math.max(this.#keepBusyBytes, this.#restBytes));
  }

  #letGo(downTo: number): void {
    for (const [size, line] of this.#free) {
      while (this.#freeBytes > downTo && line.length > 0) {
        const buffer = line.shift() as PoolBuffer;
        this.#buffers.delete(buffer.id);
        this.#freeBytes -= size;
        this.#letGoBytes += size;
      }
      if (line.length === 0) this.#free.delete(size);
      if (this.#freeBytes <= downTo) break;
    }
    this.#unneededBytes = Math.min(this.#unneededBytes, this.#freeBytes);
  }

  /** The smallest free size that fits and wastes less than itself. */
  #findFree(size: number): number | undefined {
    if (this.#free.has(size)) return size;
    let best: number | undefined;
    for (const other of this.#free.keys()) {
      if (other >= size && other < 2 * size && (best === undefined || other < best)) best = other;
    }
    return best;
  }

  #takeFree(size: number): PoolBuffer | undefined {
    const found = this.#findFree(size);
    if (found === undefined) return undefined;
    const line = this.#free.get(found);
    const buffer = line?.pop();
    if (line?.length === 0) this.#free.delete(found);
    if (buffer === undefined) return undefined;
    this.#freeBytes -= found;
    this.#unneededBytes = Math.min(this.#unneededBytes, this.#freeBytes);
    return buffer;
  }

  #make(size: number): PoolBuffer {
    const buffer = new PoolBuffer(++this.#lastId, new SharedArrayBuffer(size));
    this.#buffers.set(buffer.id, buffer);
    this.#byMemory.set(buffer.memory, buffer);
    return buffer;
  }
}
