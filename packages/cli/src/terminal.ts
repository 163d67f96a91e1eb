/** What a command sees of the world: where it writes, what it is asked to stop by. Passed in, so that commands can be tried without a process. */

export interface Terminal {
  /** For what was asked for: a list, an address. */
  out(text: string): void;
  /** For everything else: progress, warnings, errors. */
  err(text: string): void;
  readonly environment: NodeJS.ProcessEnv;
  /** Calls back at Ctrl-C and SIGTERM; returns how to call back no more. */
  onInterrupt(listener: (signal: InterruptSignal) => void): () => void;
}

export type InterruptSignal = 'SIGINT' | 'SIGTERM';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    environment: process.env,
    onInterrupt(listener) {
      const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({ signal, listen: () => listener(signal) }));
      for (const { signal, listen } of listeners) process.on(signal, listen);
      return () => {
        for (const { signal, listen } of listeners) process.off(signal, listen);
      };
    },
  };
}

/** The status of a command that ran until it was asked to end: an operator's SIGTERM is a success, Ctrl-C is 130 as shells have it. */
export function interruptStatus(signal: InterruptSignal): number {
  return signal === 'SIGTERM' ? 0 : 130;
}

/** A signal that aborts at Ctrl-C or SIGTERM, for commands that wait. */
export function interruptible(
  terminal: Terminal,
): Disposable & { readonly signal: AbortSignal; readonly cause: InterruptSignal | undefined } {
  const controller = new AbortController();
  let cause: InterruptSignal | undefined;
  const stop = terminal.onInterrupt((signal) => {
    cause ??= signal;
    controller.abort(new InterruptedError(signal));
  });
  return {
    signal: controller.signal,
    get cause() {
      return cause;
    },
    [Symbol.dispose]: stop,
  };
}

/** What was being done was given up because somebody asked. */
export class InterruptedError extends Error {
  constructor(readonly interrupt: InterruptSignal) {
    super(`interrupted by ${interrupt}`);
  }
}
