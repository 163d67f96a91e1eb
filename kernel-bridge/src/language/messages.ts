/**
 * What the protocol thread and the language thread say to each other.
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
  | { readonly type: 'completed'; readonly id: number; readonly start: number; readonly entries: readonly Entry[] }
  | { readonly type: 'inspected'; readonly id: number; readonly signature: string; readonly documentation: string };

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
