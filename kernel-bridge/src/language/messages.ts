/**
 * What the protocol thread and the language thread say to each other.
 */
export type ToLanguage =
  | { readonly type: 'cell'; readonly code: string }
  | { readonly type: 'complete' | 'inspect'; readonly id: number; readonly code: string; readonly cursor: number };

export type FromLanguage =
  | { readonly type: 'warm' }
  | { readonly type: 'completed'; readonly id: number; readonly start: number; readonly entries: readonly Entry[] }
  | { readonly type: 'inspected'; readonly id: number; readonly signature: string; readonly documentation: string };

/** One completion: its name, and what it is (`function`, `property`, …). */
export interface Entry {
  readonly name: string;
  readonly kind: string;
}
