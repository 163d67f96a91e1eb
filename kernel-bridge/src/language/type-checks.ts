/**
 * Type checks of cells, beside their execution: a cell runs at once, its check begins a moment later, and its warnings are
 * waited for only a moment once it is done. In the mode `error` it waits for its check, and does not run when it fails. Knows no thread and no timer.
 */
import { typeScriptOf } from '../magics/magic-cell.js';
import type { FromLanguage, Problem, ToLanguage } from './messages.js';

export const checkModes = ['off', 'warn', 'error'] as const;
export type CheckMode = (typeof checkModes)[number];

export interface TypeChecksOutlet {
  readonly toLanguage: (message: ToLanguage) => void;
  readonly after: (delayMs: number, then: () => void) => void;
  /** Says warnings under their cell. */
  readonly warn: (id: number, text: string) => void;
}

/** How long a cell that is done waits for its warnings. */
const PATIENCE_MS = 200;
/** A cell that is done by then is answered before its check takes a part of the processor. */
const HEAD_START_MS = 5;

export interface CheckedCell {
  readonly id: number;
  readonly code: string;
  /** As warnings name it. */
  readonly file: string;
}

interface Check {
  readonly file: string;
  /** What is still to be sent to the checker. */
  unsent: string | undefined;
  /** What waits for it. */
  then: ((problems: readonly Problem[]) => void) | undefined;
}

export class TypeChecks {
  mode: CheckMode = 'warn';
  readonly #outlet: TypeChecksOutlet;
  readonly #open = new Map<number, Check>();
  #isWarm = false;
  #goOn: (() => void) | undefined;

  constructor(outlet: TypeChecksOutlet) {
    this.#outlet = outlet;
  }

  /** A cell begins; it goes on at once, or (mode `error`) with what is wrong with it. */
  begin({ id, code, file }: CheckedCell, goOn: (problems: readonly Problem[]) => void): void {
    const text = typeScriptOf(code);
    if (this.mode === 'off' || text.trim() === '') {
      goOn([]);
      return;
    }
    const isAwaited = this.mode === 'error';
    this.#open.set(id, { file, unsent: text, then: isAwaited ? goOn : undefined });
    if (isAwaited) {
      this.start(id);
      return;
    }
    goOn([]);
    this.#outlet.after(HEAD_START_MS, () => this.start(id));
  }

  /** The check of a cell is to begin, if it hasn't: at the latest when the cell is answered. */
  start(id: number): void {
    const check = this.#open.get(id);
    if (check?.unsent === undefined) return;
    this.#outlet.toLanguage({ type: 'check', id, code: check.unsent });
    check.unsent = undefined;
  }

  /**
   * Nobody wants to hear of it any more: the cell is interrupted, or isn't TypeScript.
   * @returns whether the cell waited for it.
   */
  drop(id: number): boolean {
    const isAwaited = this.#open.get(id)?.then !== undefined;
    this.#open.delete(id);
    return isAwaited;
  }

  /** Goes on when the cell's warnings are said, or have been waited for long enough. */
  finish(id: number, goOn: () => void): void {
    if (!this.#open.has(id) || !this.#isWarm) {
      goOn();
      return;
    }
    let isOver = false;
    this.#goOn = () => {
      if (isOver) return;
      isOver = true;
      this.#goOn = undefined;
      goOn();
    };
    this.#outlet.after(PATIENCE_MS, this.#goOn);
  }

  /** Something else wants to run: whoever waits for warnings stops waiting. They come when they come. */
  hurry(): void {
    this.#goOn?.();
  }

  onLanguage(message: FromLanguage): void {
    if (message.type === 'warm') this.#isWarm = true;
    if (message.type !== 'checked') return;
    const check = this.#open.get(message.id);
    if (check === undefined) return;
    this.#open.delete(message.id);
    if (check.then !== undefined) check.then(message.problems);
    else {
      const { id, problems } = message;
      if (problems.length > 0) this.#outlet.warn(id, describeProblems(check.file, 'warning', problems));
      this.#goOn?.();
    }
  }

  /** There is no checker: whoever waits for it goes on. */
  onGone(): void {
    this.#isWarm = false;
    for (const { then } of this.#open.values()) then?.([]);
    this.#open.clear();
    this.#goOn?.();
  }
}

/** One line for each problem, as compilers write them. */
export function describeProblems(file: string, kind: 'warning' | 'error', problems: readonly Problem[]): string {
  return problems
    .map(({ line, column, code, message }) => `${file}:${line}:${column} - ${kind} TS${code}: ${message}\n`)
    .join('');
}
