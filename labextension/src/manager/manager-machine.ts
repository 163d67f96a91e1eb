/**
 * How the manager kernel is found, held, lost and found again: events in, instructions out. Knows neither JupyterLab nor the
 * clock. One step is under way at a time; what an earlier one answers late is nobody's any more.
 */
import type { Welcome } from '../bridge/bridge-client.js';
import type { IManagerFailure, ManagerState } from './manager-state.js';

/** What is wanted of it: nothing; that one which runs is used, since something of it is shown; that there is one. */
export type Interest = 'none' | 'shown' | 'needed';

export type ManagerEvent =
  | { readonly type: 'interest'; readonly interest: Interest }
  /** A person's wish, whatever was before. */
  | { readonly type: 'start' }
  /** One that runs is to be used; none is started. */
  | { readonly type: 'look' }
  /** Of `connect` that might start none: none runs. */
  | { readonly type: 'absent'; readonly step: number }
  | { readonly type: 'not-installed'; readonly step: number }
  | { readonly type: 'welcome'; readonly step: number; readonly welcome: Welcome }
  /** `passes`: the Jupyter server is away, and nothing else is wrong. */
  | { readonly type: 'failure'; readonly step: number; readonly failure: IManagerFailure; readonly passes: boolean }
  /** Of `ask`. */
  | { readonly type: 'asked'; readonly step: number; readonly isThere: boolean; readonly isNewServer: boolean }
  /** The kernel let go of the comm, or another process has its place. */
  | { readonly type: 'closed'; readonly failure: IManagerFailure }
  /** Its session, its process or the connection to it has gone, for a moment or for good. */
  | { readonly type: 'lost' }
  | { readonly type: 'heard' }
  /** This page has asked the server to shut it down. */
  | { readonly type: 'shutdown-asked' }
  | { readonly type: 'retry' };

export type ManagerInstruction =
  /** Find it, start it if that may be, hold it, and open its comm: `absent`, `not-installed`, `welcome` or `failure`. */
  | { readonly type: 'connect'; readonly step: number; readonly mayStart: boolean }
  /** Ask the server what has become of it: `asked` or `failure`. */
  | { readonly type: 'ask'; readonly step: number }
  /** Let go of its session and comm. */
  | { readonly type: 'release' }
  | { readonly type: 'set-timer'; readonly afterMs: number }
  | { readonly type: 'clear-timer' };

/** Servers end idle kernels after longer than this; who was heard later than this was shut down by somebody. */
export const QUIET_MS = 60_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** So often what is no fault of the network is tried again: a kernel that is slow on a busy server, say. */
const TRIES = 2;
/** A server that ends takes its kernels away before it goes itself: so long after one was gone it is asked whether it has. */
const DOUBTS_MS = [2_000, 5_000, 10_000] as const;

type Step = 'none' | 'connect' | 'look' | 'ask' | 'pause';

export class ManagerMachine {
  private _state: ManagerState = { status: 'idle' };
  private _step: Step = 'none';
  private _stepNumber = 0;
  private _interest: Interest = 'none';
  private _failures = 0;
  private _doubts = 0;
  private _heardMs = -Infinity;
  private _shutdownAskedMs = -Infinity;

  get state(): ManagerState {
    return this._state;
  }

  handle(event: ManagerEvent, nowMs: number): ManagerInstruction[] {
    if ('step' in event && event.step !== this._stepNumber) return [];
    switch (event.type) {
      case 'interest':
        return this._onInterest(event.interest);
      case 'start':
        return this._onStart();
      case 'look':
        return this._state.status === 'idle' && this._step === 'none' ? this._connect(false) : [];
      case 'absent':
        return this._onAbsent();
      case 'not-installed':
        return this._rest({ status: 'kernel-not-installed' });
      case 'welcome':
        this._failures = 0;
        this._doubts = 0;
        this._heardMs = nowMs;
        this._shutdownAskedMs = -Infinity;
        return this._rest({ status: 'connected', welcome: event.welcome });
      case 'failure':
        return this._onFailure(event.failure, event.passes);
      case 'asked':
        return this._onAsked(event.isThere, event.isNewServer, nowMs);
      case 'closed':
        // After a moment: what ended it may end the next one as well.
        return this._onFailure(event.failure, false);
      case 'lost':
        return this._onLost(nowMs);
      case 'heard':
        this._heardMs = nowMs;
        return [];
      case 'shutdown-asked':
        this._shutdownAskedMs = nowMs;
        return [];
      case 'retry':
        return this._onRetry();
    }
  }

  private _onInterest(interest: Interest): ManagerInstruction[] {
    const before = this._interest;
    this._interest = interest;
    const { status } = this._state;
    if (interest === 'none') {
      if (this._step !== 'pause') return [];
      this._rest(status === 'waiting' || status === 'stopped' ? this._state : { status: 'idle' });
      return [{ type: 'clear-timer' }];
    }
    if (before === interest || this._isBusy) return [];
    const isMore = before === 'none' || interest === 'needed';
    // Who comes back to the page may come back from where the server was away.
    if (status === 'waiting' && isMore) return this._connect(interest === 'needed');
    if (interest === 'needed' && (status === 'idle' || status === 'failed')) return this._connect(true);
    return interest === 'shown' && before === 'none' && status === 'idle' ? this._connect(false) : [];
  }

  private _onStart(): ManagerInstruction[] {
    if (this._state.status === 'connected' || this._isBusy) return [];
    this._failures = 0;
    return this._connect(true);
  }

  private _onAbsent(): ManagerInstruction[] {
    // Somebody has begun to need it while it was looked for.
    if (this._step === 'look' && this._interest === 'needed') return this._connect(true);
    return this._rest({ status: 'idle' });
  }

  private _onFailure(failure: IManagerFailure, passes: boolean): ManagerInstruction[] {
    const afterMs = RETRY_MS[Math.min(this._failures, RETRY_MS.length - 1)] ?? 30_000;
    this._failures += 1;
    if (!passes && this._failures > TRIES) {
      this._failures = 0;
      return [{ type: 'release' }, ...this._rest({ status: 'failed', failure })];
    }
    this._set({ status: passes ? 'waiting' : 'starting' });
    if (passes && this._interest === 'none') return [{ type: 'release' }, ...this._rest(this._state)];
    this._begin('pause');
    return [{ type: 'release' }, { type: 'set-timer', afterMs }];
  }

  private _onLost(nowMs: number): ManagerInstruction[] {
    if (nowMs - this._shutdownAskedMs < QUIET_MS) return [{ type: 'release' }, ...this._rest({ status: 'stopped' })];
    this._set({ status: 'starting' });
    return [{ type: 'release' }, { type: 'ask', step: this._begin('ask') }];
  }

  private _onAsked(isThere: boolean, isNewServer: boolean, nowMs: number): ManagerInstruction[] {
    const isNeeded = this._interest === 'needed';
    if (isThere) return this._connect(isNeeded);
    const wasQuiet = nowMs - this._heardMs > QUIET_MS;
    if (!wasQuiet && !isNewServer) return this._onStopped();
    return isNeeded ? this._connect(true) : this._rest({ status: 'idle' });
  }

  private _onStopped(): ManagerInstruction[] {
    const afterMs = DOUBTS_MS[this._doubts];
    if (afterMs === undefined || this._interest === 'none') return this._rest({ status: 'stopped' });
    this._doubts += 1;
    this._set({ status: 'stopped' });
    this._begin('pause');
    return [{ type: 'set-timer', afterMs }];
  }

  private _onRetry(): ManagerInstruction[] {
    if (this._step !== 'pause') return [];
    if (this._state.status === 'stopped') return [{ type: 'ask', step: this._begin('ask') }];
    this._begin('none');
    return this._connect(this._interest === 'needed');
  }

  private get _isBusy(): boolean {
    return this._step !== 'none' && this._step !== 'pause';
  }

  private _connect(mayStart: boolean): ManagerInstruction[] {
    const clear: ManagerInstruction[] = this._step === 'pause' ? [{ type: 'clear-timer' }] : [];
    if (mayStart) this._set({ status: 'starting' });
    return [...clear, { type: 'connect', step: this._begin(mayStart ? 'connect' : 'look'), mayStart }];
  }

  private _rest(state: ManagerState): ManagerInstruction[] {
    this._set(state);
    this._begin('none');
    return [];
  }

  private _begin(step: Step): number {
    this._step = step;
    this._stepNumber += 1;
    return this._stepNumber;
  }

  /** The same object while nothing changes. */
  private _set(state: ManagerState): void {
    const isSame = state.status === this._state.status && (state.status === 'starting' || state.status === 'waiting');
    if (!isSame) this._state = state;
  }
}
