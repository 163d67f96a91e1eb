/** What a panel is given by the page that it stands on, and what it gives back. */
import type { FigureSource } from './feed/figure-source.js';

/** Texts in the user's language. JupyterLab's `TranslationBundle` is one; `%1`, `%2` … stand for the values. */
export interface Translator {
  __(message: string, ...values: (string | number)[]): string;
  /** `%1` is `n`, the values come after it. */
  _n(singular: string, plural: string, n: number, ...values: (string | number)[]): string;
}

/** Tells of another theme, once its style sheets are in force. */
export interface ThemeSignal {
  /** @returns what ends it */
  connect(listener: () => void): () => void;
}

/** Names a task: by its key, or by the scheduler's number as figures carry it. */
export type TaskReference = { readonly key: string } | { readonly taskId: number };

export interface PanelContext {
  readonly source: FigureSource;
  readonly translate: Translator;
  /** Default: the panel looks again when attributes of `<html>` or `<body>` change, and when the system's preference does. */
  readonly theme?: ThemeSignal;
  /** Shows a task's own page, wherever that is. Without it tasks can't be followed. */
  readonly openTask?: (task: TaskReference) => void;
  /** The task page only: the task to begin with. */
  readonly task?: TaskReference;
  /** The task page only: told of each task that is shown, so that a layout can be restored. */
  readonly onTask?: (task: TaskReference) => void;
}

/** A panel that stands in its host. It begins hidden: nothing is pulled or drawn before {@link setVisible}. */
export interface Panel {
  setVisible(visible: boolean): void;
  /** The task page only. */
  showTask?(task: TaskReference): void;
  /** Takes it out of its host and lets go of everything. May be called twice. */
  dispose(): void;
}

/** English as it stands in the code. */
export const plainTranslator: Translator = {
  __: (message, ...values) => fill(message, values),
  _n: (singular, plural, n, ...values) => fill(n === 1 ? singular : plural, [n, ...values]),
};

function fill(message: string, values: readonly (string | number)[]): string {
  return message.replace(/%(\d+)/g, (whole, index: string) => String(values[Number(index) - 1] ?? whole));
}
