/**
 * A few words of shared memory that both threads read and write without waiting for each other's event loops.
 */

const enum Flag {
  /** The last interrupt that main has seen. */
  InterruptSeen,
  /** Main is in code that must not be torn apart. */
  Critical,
  /** 1 once the protocol thread has closed its sockets. */
  SocketsClosed,
  /** 1 once code on main uses async hooks on a Node that can't end such code. */
  AsyncHooks,
  /** Counts answers that main stands still for. */
  Answers,
  /** 1 while an interrupt waits for main to leave such code. */
  ForceWanted,
  Length,
}

/** An end by force is there within a millisecond or two. */
const STAND_STILL_MS = 20;

export class Flags {
  readonly #words: Int32Array;

  constructor(readonly memory = new SharedArrayBuffer(Flag.Length * Int32Array.BYTES_PER_ELEMENT)) {
    this.#words = new Int32Array(memory);
  }

  get interruptSeen(): number {
    return Atomics.load(this.#words, Flag.InterruptSeen);
  }

  set interruptSeen(count: number) {
    Atomics.store(this.#words, Flag.InterruptSeen, count);
  }

  get isCritical(): boolean {
    return Atomics.load(this.#words, Flag.Critical) !== 0;
  }

  enterCritical(): void {
    if (Atomics.add(this.#words, Flag.Critical, 1) > 0 || !this.forceWanted) return;
    Atomics.sub(this.#words, Flag.Critical, 1);
    this.#standStill();
    Atomics.add(this.#words, Flag.Critical, 1);
  }

  leaveCritical(): void {
    if (Atomics.sub(this.#words, Flag.Critical, 1) === 1 && this.forceWanted) this.#standStill();
  }

  get forceWanted(): boolean {
    return Atomics.load(this.#words, Flag.ForceWanted) !== 0;
  }

  set forceWanted(isWanted: boolean) {
    Atomics.store(this.#words, Flag.ForceWanted, isWanted ? 1 : 0);
    if (!isWanted) Atomics.notify(this.#words, Flag.ForceWanted);
  }

  /** Here the end by force may come; no later, since it may have come and gone. */
  #standStill(): void {
    Atomics.wait(this.#words, Flag.ForceWanted, 1, STAND_STILL_MS);
  }

  /** After an interrupt tore the main thread's stack down, nobody is left in a critical section. */
  resetCritical(): void {
    Atomics.store(this.#words, Flag.Critical, 0);
    this.forceWanted = false;
  }

  get usesAsyncHooks(): boolean {
    return Atomics.load(this.#words, Flag.AsyncHooks) !== 0;
  }

  noteAsyncHooks(): void {
    Atomics.store(this.#words, Flag.AsyncHooks, 1);
  }

  get answers(): number {
    return Atomics.load(this.#words, Flag.Answers);
  }

  tellAnswer(): void {
    Atomics.add(this.#words, Flag.Answers, 1);
    Atomics.notify(this.#words, Flag.Answers);
  }

  /** Blocks until there are more answers than were seen. An interrupt ends it as any code. */
  waitForAnswer(seen: number): void {
    Atomics.wait(this.#words, Flag.Answers, seen);
  }

  tellSocketsClosed(): void {
    Atomics.store(this.#words, Flag.SocketsClosed, 1);
    Atomics.notify(this.#words, Flag.SocketsClosed);
  }

  /** Blocks until the sockets are closed, or the time is over. */
  waitForSocketsClosed(timeoutMs: number): void {
    Atomics.wait(this.#words, Flag.SocketsClosed, 0, timeoutMs);
  }
}
