/**
 * The few words of memory that the I/O thread and one compute thread share, for what can't wait until the other one reads its port.
 *
 * - The *claim* word holds the sequence number of the next task that may start. The compute thread moves it on by one as it starts a task; the
 *   I/O thread takes back everything not yet started by setting it beyond the last number given. Both are one atomic operation, so exactly one side wins.
 * - The *answer* word counts answers on the answer port: the thread sleeps on it while it waits for buffers.
 * - *Running* names the attempt that has the thread, 0 for none: for call stacks and blame, right but for the instant between two tasks.
 * - *Begun* is the number of the last function that the thread began to run outside of tasks: what comes after it had no effect there yet.
 */

const CLAIM = 0;
const ANSWERS = 1;
const RUNNING = 1;
const BEGUN = 2;
const BYTES = 24;

/** Sequence numbers wrap here; only equality is ever asked. */
const SEQUENCE_LIMIT = 2 ** 30;

/** The sequence number after this one. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) % SEQUENCE_LIMIT;
}

/** Both sides make one over the same memory. Sequence numbers begin at 0. */
export class ThreadControl {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #attempts: Float64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, 2);
    this.#attempts = new Float64Array(memory, 0, BYTES / 8);
  }

  /** Compute thread: whether the task with this number may start. False: it was taken back; forget it. */
  claim(sequence: number): boolean {
    return Atomics.compareExchange(this.#words, CLAIM, sequence, nextSequence(sequence)) === sequence;
  }

  /**
   * I/O thread: takes back all tasks that have not started, and lets the thread continue with `next`, which is the number after the last one given.
   * Answers the number of the first task that was taken back; `next` when there was none.
   */
  recall(next: number): number {
    return Atomics.exchange(this.#words, CLAIM, next);
  }

  /** I/O thread: the number of the next task that will start. */
  get claimed(): number {
    return Atomics.load(this.#words, CLAIM);
  }

  /** Compute thread, before it posts `allocate`: what `waitForAnswer` takes. */
  get answers(): number {
    return Atomics.load(this.#words, ANSWERS);
  }

  /** Compute thread: sleeps until another answer than those before is on the answer port. */
  waitForAnswer(before: number): void {
    while (Atomics.load(this.#words, ANSWERS) === before) Atomics.wait(this.#words, ANSWERS, before);
  }

  /** I/O thread, after it posted an answer. */
  announceAnswer(): void {
    Atomics.add(this.#words, ANSWERS, 1);
    Atomics.notify(this.#words, ANSWERS);
  }

  /** The attempt that runs now; 0 for none. Set by the compute thread. */
  get running(): number {
    return this.#attempts[RUNNING] ?? 0;
  }

  set running(attempt: number) {
    this.#attempts[RUNNING] = attempt;
  }

  /** The last request that began; 0 for none. Set by the compute thread. */
  get begun(): number {
    return this.#attempts[BEGUN] ?? 0;
  }

  set begun(requestId: number) {
    this.#attempts[BEGUN] = requestId;
  }
}
