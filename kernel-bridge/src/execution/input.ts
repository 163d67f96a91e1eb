/**
 * Asking the person at the front end: `await input('name? ')`, and `prompt()` as browsers have it, which stands still.
 */
import type { NotebookScope } from '../cells/notebook-scope.js';
import { InterruptedError } from './interruption.js';
import type { Output } from './output.js';

export interface InputReceiver {
  readonly answer: (number: number, value: string) => void;
  readonly interrupt: () => void;
}

export interface InputOptions {
  /** Of `input`: what is typed is not shown. */
  readonly password?: boolean;
}

/** The front end said with the cell that nobody is there to answer. */
export class InputNotAllowedError extends Error {
  override readonly name = 'InputNotAllowedError';
  readonly code = 'ERR_COVEY_INPUT_NOT_ALLOWED';
  constructor() {
    super(
      'Nobody can be asked here: the front end takes no input while a cell runs (allow_stdin is off), or no cell runs.',
    );
  }
}

interface Waiting {
  readonly number: number;
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

export interface InputDesk {
  /** Whether the running cell may ask. */
  readonly isAllowed: () => boolean;
  /** Stands still until a question is answered. */
  readonly waitForAnswer: (number: number) => string;
}

export function provideInput(scope: NotebookScope, output: Output, desk: InputDesk): InputReceiver {
  let waiting: Waiting | undefined;
  let number = 0;
  const ask = (prompt: unknown, blocks: boolean, isPassword: boolean): void => {
    if (!desk.isAllowed()) throw new InputNotAllowedError();
    number++;
    output.say({ type: 'ask', id: output.cell, number, blocks, prompt: String(prompt), isPassword });
  };
  scope.provide('input', async (prompt: unknown = '', { password = false }: InputOptions = {}): Promise<string> => {
    // Front ends show one question at a time.
    while (waiting !== undefined) await new Promise((resolve) => setImmediate(resolve));
    ask(prompt, false, password);
    return new Promise((resolve, reject) => {
      waiting = { number, resolve, reject };
    });
  });
  scope.provide('prompt', (prompt: unknown = '', preset: unknown = ''): string => {
    ask(prompt, true, false);
    const value = desk.waitForAnswer(number);
    return value === '' ? String(preset) : value;
  });
  return {
    answer: (answered, value) => {
      if (waiting?.number !== answered) return;
      waiting.resolve(value);
      waiting = undefined;
    },
    interrupt: () => {
      waiting?.reject(new InterruptedError());
      waiting = undefined;
    },
  };
}
