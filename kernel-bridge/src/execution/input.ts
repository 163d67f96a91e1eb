/**
 * Asking the person at the front end: `await input('name? ')`, and `prompt()` as browsers have it.
 */
import type { NotebookScope } from '../cells/notebook-scope.js';
import { InterruptedError } from './interruption.js';
import type { Output } from './output.js';

export interface InputReceiver {
  readonly answer: (value: string) => void;
  readonly interrupt: () => void;
}

/** The front end said with the cell that nobody is there to answer. */
export class InputNotAllowedError extends Error {
  override readonly name = 'InputNotAllowedError';
  readonly code = 'ERR_COVEY_INPUT_NOT_ALLOWED';
  constructor() {
    super('This front end takes no input while a cell runs (allow_stdin is off).');
  }
}

interface Waiting {
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

export function provideInput(scope: NotebookScope, output: Output, isAllowed: () => boolean): InputReceiver {
  let waiting: Waiting | undefined;
  const ask = (prompt: string, isPassword: boolean): Promise<string> => {
    if (!isAllowed()) return Promise.reject(new InputNotAllowedError());
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      output.say({ type: 'ask', id: output.cell, prompt, isPassword });
    });
  };
  scope.provide('input', (prompt: unknown = '', options: { password?: boolean } = {}) =>
    ask(String(prompt), options.password === true),
  );
  scope.provide('prompt', (prompt: unknown = '') => ask(String(prompt), false));
  return {
    answer: (value) => {
      waiting?.resolve(value);
      waiting = undefined;
    },
    interrupt: () => {
      waiting?.reject(new InterruptedError());
      waiting = undefined;
    },
  };
}
