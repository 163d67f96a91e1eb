/**
 * What the protocol thread and the bridge's thread say to each other: which front end said what by its comm, what it is
 * answered, and what only the main thread of a notebook's kernel can do.
 */
import type { BridgeError, BridgeMethod, FromKernel, SubmittedCell, ToldDisplay } from '@covey/protocol/bridge';

/** Requests that the notebook itself answers, where its variables are. */
export const NOTEBOOK_METHODS = [
  ...(['use', 'used', 'submitted', 'cancel-cell', 'give-up'] as const),
  ...(['cell-output', 'displays'] as const),
] as const satisfies BridgeMethod[];
export type NotebookMethod = (typeof NOTEBOOK_METHODS)[number];

/** A request to the main thread; `id` is the bridge's own. */
export interface NotebookRequest {
  readonly type: 'notebook-request';
  readonly id: number;
  readonly method: NotebookMethod;
  readonly params: unknown;
}

export type NotebookAnswer =
  | { readonly type: 'notebook-answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'notebook-failure'; readonly id: number; readonly error: BridgeError };

/** A submitted cell's state has changed. */
export interface CellChanged {
  readonly type: 'cell-changed';
  readonly cell: SubmittedCell;
}

/** A live display shows something else now. */
export interface DisplayChanged {
  readonly type: 'display-changed';
  readonly display: ToldDisplay;
}

export type ToBridge =
  | { readonly type: 'open'; readonly comm: string; readonly data: unknown }
  | { readonly type: 'message'; readonly comm: string; readonly data: unknown }
  | { readonly type: 'close'; readonly comm: string }
  | NotebookAnswer
  | CellChanged
  | DisplayChanged;

export type FromBridge =
  | {
      readonly type: 'say';
      readonly comm: string;
      readonly data: FromKernel;
      readonly buffers?: readonly Uint8Array[];
    }
  /** Nothing was heard of that front end for long. */
  | { readonly type: 'drop'; readonly comm: string }
  | NotebookRequest;
