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
  /** 1 while async hooks are in use with which main's code can't be ended. */
  Unsafe,
  /** Counts answers that main stands still for. */
  Answers,
  /** 1 while an interrupt waits for main to leave such code. */
  ForceWanted,
  /** Counts the times that main's code was to be ended by force. */
  Forced,
  Length,
}

/** An end by force is there within a millisecond or two. */
const STAND_STILL_MS = 20;

export class Flags {
  readonly #words: Int32Array;
  #forcedSeen = 0;

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

  /** Ending main's code by force would abort the process. */
  get isUnsafe(): boolean {
    return Atomics.load(this.#words, Flag.Unsafe) !== 0;
  }

  set isUnsafe(isUnsafe: boolean) {
    Atomics.store(this.#words, Flag.Unsafe, isUnsafe ? 1 : 0);
  }

  /** Something of main's code was ended by force since main last looked after that: the interrupt's message is on its way. */
  get isTorn(): boolean {
    return Atomics.load(this.#words, Flag.Forced) !== this.#forcedSeen;
  }

  tellForced(): void {
    Atomics.add(this.#words, Flag.Forced, 1);
  }

  seeForced(): void {
    this.#forcedSeen = Atomics.load(this.#words, Flag.Forced);
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
