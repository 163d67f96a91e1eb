/**
 * What a front end may be sent before it says that it took the last: the Jupyter server keeps what a vanished browser does
 * not take, without end, and throws away what comes in a flood. So nobody is ever far ahead of who looks.
 */

/** Batches that may be under way. */
const UNDER_WAY_MAX = 2;
/** A batch that was not taken for so long holds up those behind it. */
export const PAUSE_MS = 2000;
/** After so long nobody is there. */
export const GIVE_UP_MS = 60_000;

interface Sent {
  readonly sequence: number;
  readonly atMs: number;
}

export class Credit {
  #sent: Sent[] = [];
  #sequence = 0;

  /** Whether another batch may be sent. */
  isOpen(nowMs: number): boolean {
    const [oldest] = this.#sent;
    return oldest === undefined || (this.#sent.length < UNDER_WAY_MAX && nowMs - oldest.atMs < PAUSE_MS);
  }

  /** A batch is sent. @returns its number, from 1. */
  spend(nowMs: number): number {
    this.#sent.push({ sequence: ++this.#sequence, atMs: nowMs });
    return this.#sequence;
  }

  /** All up to this number were taken. */
  acknowledge(sequence: number): void {
    this.#sent = this.#sent.filter((sent) => sent.sequence > sequence);
  }

  /** When to give up, if nothing is heard until then. */
  get expiresMs(): number | undefined {
    const [oldest] = this.#sent;
    return oldest === undefined ? undefined : oldest.atMs + GIVE_UP_MS;
  }
}
