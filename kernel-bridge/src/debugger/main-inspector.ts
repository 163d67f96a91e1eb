/**
 * The one way from the protocol thread into the main thread's JavaScript engine: V8's inspector. The debugger keeps it
 * open while it is attached; an interrupt opens it for a moment, or goes through what is open. It is closed before the
 * process ends, which a connected inspector would hold up.
 */
import { Session } from 'node:inspector';
import { COLLECT } from '../execution/collect-garbage.js';

/** What `post` was rejected with. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
}

type EventName = 'Debugger.paused' | 'Debugger.resumed' | 'Debugger.scriptParsed';

export class MainInspector {
  #session: Session | undefined;
  #isKept = false;
  #isPaused = false;
  readonly #listeners = new Map<EventName, (params: unknown) => void>();

  /** From now on events are heard, until `release`. */
  keep(): void {
    this.#isKept = true;
    this.#open();
  }

  release(): void {
    this.#isKept = false;
    this.#close();
  }

  /** Main stands at a breakpoint. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  on(event: EventName, listener: (params: never) => void): void {
    this.#listeners.set(event, listener as (params: unknown) => void);
  }

  /** Resolves with what the engine answers: when main runs JavaScript, is idle, or is paused; never while it is in native code. */
  post(method: string, params: object = {}): Promise<unknown> {
    const session = this.#session;
    if (session === undefined) return Promise.reject(new InspectorError('The debugger is not attached.'));
    return new Promise((resolve, reject) => {
      session.post(method, params, (error, result) => {
        if (error === null) resolve(result);
        else reject(new InspectorError(error.message, { cause: error }));
      });
    });
  }

  /** What main's heap holds, in bytes; also while it is busy. */
  heapBytes(): Promise<number> {
    const session = this.#open();
    return new Promise((resolve, reject) => {
      session.post('Runtime.getHeapUsage', (error, usage) => {
        if (!this.#isKept && this.#session === session) this.#close();
        if (error === null) resolve((usage as { usedSize: number }).usedSize);
        else reject(new InspectorError(error.message, { cause: error }));
      });
    });
  }

  /** Collects main's garbage, by the function that it keeps for that. */
  collectGarbage(): Promise<void> {
    const session = this.#open();
    return new Promise((resolve, reject) => {
      const expression = `globalThis[Symbol.for('${COLLECT}')]()`;
      session.post('Runtime.evaluate', { expression, silent: true }, (error) => {
        if (!this.#isKept && this.#session === session) this.#close();
        if (error === null) resolve();
        else reject(new InspectorError(error.message, { cause: error }));
      });
    });
  }

  /** Ends the JavaScript that main runs at this moment, or at which it is paused. */
  terminate(onEnded: () => void = () => undefined): void {
    const session = this.#open();
    if (this.#isPaused) session.post('Debugger.resume', { terminateOnResume: true }, () => onEnded());
    else {
      session.post('Runtime.terminateExecution', () => {
        onEnded();
        if (!this.#isKept && this.#session === session) this.#close();
      });
    }
  }

  /** Lets main go on when it is paused. */
  resume(): void {
    if (this.#isPaused) this.#session?.post('Debugger.resume');
  }

  #open(): Session {
    if (this.#session !== undefined) return this.#session;
    const session = new Session();
    session.connectToMainThread();
    session.on('Debugger.paused', ({ params }) => {
      this.#isPaused = true;
      this.#listeners.get('Debugger.paused')?.(params);
    });
    session.on('Debugger.resumed', () => {
      this.#isPaused = false;
      this.#listeners.get('Debugger.resumed')?.(undefined);
    });
    session.on('Debugger.scriptParsed', ({ params }) => this.#listeners.get('Debugger.scriptParsed')?.(params));
    return (this.#session = session);
  }

  #close(): void {
    this.#session?.disconnect();
    this.#session = undefined;
    this.#isPaused = false;
  }
}
