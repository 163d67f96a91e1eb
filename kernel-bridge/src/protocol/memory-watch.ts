/**
 * Stops a cell before it has filled JavaScript's memory: V8 ends the whole process then, and all variables with it.
 * Looks at the process's size, which costs nothing, and asks V8 only when that comes near the limit.
 */
export interface MemoryWatchOptions {
  /** What the main thread's heap may keep, without what V8 allows for young objects. */
  readonly limitBytes: number;
  readonly processBytes: () => number;
  /** What the main thread's heap holds, also while it is busy. */
  readonly heapBytes: () => Promise<number>;
  /** Collects the main thread's garbage, also while it is busy. */
  readonly collect: () => Promise<void>;
  readonly after: (delayMs: number, then: () => void) => void;
  /** The running cell has to end. */
  readonly stop: (reason: string) => void;
}

const SELDOM_MS = 100;
const OFTEN_MS = 20;
/** From this part of the limit on the heap itself is looked at. */
const NEAR = 0.6;
/** Of the limit. Enough is left for the notebook to go on, and to tidy up. */
const FULL = 0.85;

export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #isRunning = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** A cell begins; looks on until `rest`, or until it has stopped the cell. */
  begin(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#options.after(SELDOM_MS, () => void this.#look());
  }

  rest(): void {
    this.#isRunning = false;
  }

  async #look(): Promise<void> {
    if (!this.#isRunning) return;
    const { limitBytes, processBytes, after, stop } = this.#options;
    if (processBytes() < limitBytes * NEAR) {
      after(SELDOM_MS, () => void this.#look());
      return;
    }
    const full = limitBytes * FULL;
    const used = await this.#livingBytes(full);
    if (!this.#isRunning) return;
    if (used >= full) {
      this.#isRunning = false;
      const mb = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
      stop(
        `The cell was stopped: it had filled ${mb(used)} of the ${mb(limitBytes)} that JavaScript may use, and the kernel would have ended. Set NODE_OPTIONS=--max-old-space-size=… (MB) for more.`,
      );
      return;
    }
    after(used >= limitBytes * NEAR ? OFTEN_MS : SELDOM_MS, () => void this.#look());
  }

  /** What the heap holds; without garbage when it seems to be full. */
  async #livingBytes(full: number): Promise<number> {
    const { heapBytes, collect } = this.#options;
    try {
      const used = await heapBytes();
      if (used < full || !this.#isRunning) return used;
      await collect();
      return await heapBytes();
    } catch {
      // An interrupt has closed the way to V8 meanwhile: the next look opens it again.
      return 0;
    }
  }
}
