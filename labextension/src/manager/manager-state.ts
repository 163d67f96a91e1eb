/** How the manager kernel is, as the sidebar tells it. */
import type { Welcome } from '../bridge/bridge-client.js';

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
  | { readonly status: 'failed'; readonly message: string };
