/**
 * Stops what the main thread does, and keeps everything that it has: first a message, which is enough when its event
 * loop turns; when that isn't seen soon, V8's `terminateExecution`, sent through the inspector from this thread, which
 * ends any JavaScript (loops, microtasks, timers, `Atomics.wait`) without a trace that user code could catch.
 *
 * Termination tears down a stack; what is left to do (the reply to the cell) main does when it reads the message.
 */
import type { Flags } from '../channel/flags.js';
import type { ToMain } from '../channel/messages.js';
import type { MainInspector } from '../debugger/main-inspector.js';
import { MainThreadTime } from './main-thread-time.js';
import { signalChildren } from './children.js';

/** How long main may take to see the message before its code is ended, and between two tries. */
const PATIENCE_MS = 25;
const RETRY_MS = 100;
/** Critical sections of Covey's own code are short, and main stands still at their end; longer than this they don't hold up an interrupt. */
const CRITICAL_MS = 1000;
/** The longest that an interrupt waits for a main thread that doesn't get its turn. */
const STARVED_MS = 1000;
const STEP_MS = 2;
/** When nothing helps, the user hears so. */
const HOPELESS_MS = 10_000;

const UNSAFE =
  'This cell can’t be stopped without losing the kernel: something here uses async hooks, and this Node.js aborts then. It is asked to stop at its next await; or restart the kernel.\n';

export interface InterruptedProtocol {
  /** Says a line to the user. */
  readonly complain: (text: string) => void;
  readonly runningId: () => number;
  /** Main's code is to be ended by force: nothing new may begin until main has answered afterwards. */
  readonly forced: () => void;
}

export class MainInterrupter {
  readonly #flags: Flags;
  readonly #toMain: (message: ToMain) => void;
  readonly #protocol: InterruptedProtocol;
  readonly #inspector: MainInspector;
  #lookForMain: NodeJS.Timeout | undefined;
  #number = 0;
  /** The end of main's code was asked for, and has not come yet. */
  #isComing = false;

  constructor(
    flags: Flags,
    toMain: (message: ToMain) => void,
    inspector: MainInspector,
    protocol: InterruptedProtocol,
  ) {
    this.#flags = flags;
    this.#toMain = toMain;
    this.#inspector = inspector;
    this.#protocol = protocol;
  }

  /**
   * @param cellAgeMs how long the running cell has been running.
   * @param reason what its error says, when it isn't a person who stops it.
   */
  interrupt(cellAgeMs: number, reason?: string): void {
    const number = ++this.#number;
    const tell = (): void => this.#toMain({ type: 'interrupt', number, reason });
    tell();
    const startedMs = performance.now();
    const mainTime = new MainThreadTime();
    let hasComplained = false;
    let hasSignalled = false;
    const look = (): void => {
      if (this.#number !== number) return;
      if (this.#flags.interruptSeen >= number) {
        this.#flags.forceWanted = false;
        return;
      }
      const passedMs = performance.now() - startedMs;
      if (passedMs < STARVED_MS && mainTime.isKeptWaiting(PATIENCE_MS / 2)) {
        setTimeout(look, STEP_MS);
        return;
      }
      if (this.#flags.isUnsafe) {
        // Ending such code would abort the process, and lose everything.
        if (!hasComplained) this.#protocol.complain(UNSAFE);
        hasComplained = true;
        this.#inspector.resume();
      } else if (this.#mayTear(passedMs)) this.terminate();
      else {
        setTimeout(look, STEP_MS);
        return;
      }
      // What still hasn't stopped may wait for a child.
      if (passedMs > RETRY_MS && !hasSignalled) {
        hasSignalled = true;
        signalChildren(cellAgeMs + passedMs, 'SIGINT');
      }
      if (passedMs > HOPELESS_MS && !hasComplained) {
        hasComplained = true;
        this.#protocol.complain(
          'The cell can’t be interrupted: it is in native code. It stops when that returns; or restart the kernel.\n',
        );
      }
      // The end of code may have taken the message with it.
      tell();
      setTimeout(look, RETRY_MS);
    };
    setTimeout(look, PATIENCE_MS);
  }

  /** Main stands still as soon as it leaves code that must not be torn apart, and before it enters any. */
  #mayTear(passedMs: number): boolean {
    this.#flags.forceWanted = true;
    return !this.#flags.isCritical || passedMs > CRITICAL_MS;
  }

  /** Ends the JavaScript that main runs at this moment. */
  terminate(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    this.#flags.tellForced();
    this.#protocol.forced();
    this.#inspector.terminate(() => {
      this.#isComing = false;
      this.#flags.forceWanted = false;
      // It may have come late, when main had answered already.
      this.#ask(0);
    });
    this.#ask(PATIENCE_MS);
  }

  /**
   * Main has handled all that was said to it before it was asked.
   * @returns whether nothing of it will be ended by force any more.
   */
  onMainHere(): boolean {
    if (this.#isComing) return false;
    clearTimeout(this.#lookForMain);
    return true;
  }

  /** The end of code may take a message with it, this one included: it is asked until it answers. */
  #ask(delayMs: number): void {
    clearTimeout(this.#lookForMain);
    this.#lookForMain = setTimeout(() => {
      this.#toMain({ type: 'where', expected: this.#protocol.runningId() });
      this.#ask(RETRY_MS);
    }, delayMs);
  }
}
