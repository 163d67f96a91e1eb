/** How the manager kernel is, as views tell it. */
import type { SkewedWelcome, Welcome } from '../bridge/bridge-client.js';

/** Why it could not be had; `message` is what a server or kernel said, in its own words. */
export interface IManagerFailure {
  readonly code: string;
  readonly message: string;
  /** Of a kernel that is of another version. */
  readonly welcome?: SkewedWelcome;
}

export type ManagerState =
  /** Nobody has needed it yet. */
  | { readonly status: 'idle' }
  | { readonly status: 'starting' }
  | { readonly status: 'connected'; readonly welcome: Welcome }
  /** Somebody shut it down; it starts again when asked to. */
  | { readonly status: 'stopped' }
  | { readonly status: 'kernel-not-installed' }
  /** The Jupyter server does not answer; asked again by itself. */
  | { readonly status: 'waiting' }
  | { readonly status: 'failed'; readonly failure: IManagerFailure };

/** The states that somebody must do something about, or wait for. */
export type AwayState = Exclude<ManagerState, { readonly status: 'idle' | 'starting' | 'connected' }>;

/** Whether a request would wait for somebody else to do something. */
export function isAway(state: ManagerState): state is AwayState {
  return state.status !== 'idle' && state.status !== 'starting' && state.status !== 'connected';
}

/** What was asked for needs the manager, which can't be had now. */
export class ManagerAwayError extends Error {
  override readonly name = 'ManagerAwayError';
  readonly code = 'ERR_COVEY_MANAGER_AWAY';

  constructor(readonly state: AwayState) {
    super(`The manager kernel is ${state.status}.`);
  }
}
