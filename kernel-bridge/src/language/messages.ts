/**
 * What the protocol thread says to those who know something of code (the language thread, and main with the live
 * values), and what they answer. Positions are in UTF-16 units.
 */
export type ToLanguage =
  | { readonly type: 'cell'; readonly code: string }
  /** What cells declared is forgotten. */
  | { readonly type: 'reset' }
  | { readonly type: 'check'; readonly id: number; readonly code: string }
  | { readonly type: 'complete' | 'inspect'; readonly id: number; readonly code: string; readonly cursor: number };

export type FromLanguage =
  | { readonly type: 'warm' }
  | { readonly type: 'checked'; readonly id: number; readonly problems: readonly Problem[] }
  | ({ readonly type: 'completed'; readonly id: number } & TypedCompletion)
  | { readonly type: 'inspected'; readonly id: number; readonly found: TypedInspection | undefined };

export interface TypedCompletion {
  /** What the entries replace, up to the cursor. */
  readonly start: number;
  readonly entries: readonly Entry[];
}

/** What the types tell about a name; texts that aren't there are empty. */
export interface TypedInspection {
  /** Also of all overloads, one a line. */
  readonly signature: string;
  /** In Markdown, with its tags. */
  readonly documentation: string;
  /** The text of the cell that declares it. */
  readonly source: string;
}

export type LiveAnswer = LiveCompletion | LiveInspection;

export interface LiveCompletion {
  readonly type: 'completed';
  readonly start: number;
  readonly entries: readonly Entry[];
  /** How many of them, from the first, are worth telling beside what the types tell. */
  readonly extras: number;
  /** Members of a value: when the types tell none, all are. */
  readonly areMembers: boolean;
}

export interface LiveInspection {
  readonly type: 'inspected';
  /** Nothing when no value is there. */
  readonly value: string | undefined;
  /** The value tells nothing that its type doesn't. */
  readonly isTyped: boolean;
}

/** One completion: its name, and what it is (`function`, `property`, …). */
export interface Entry {
  readonly name: string;
  readonly kind: string;
}

/** A type error; line and column count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly code: number;
  readonly message: string;
}
