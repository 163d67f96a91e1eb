/**
 * The manager kernel of this Jupyter server: found or started at first need, held, and found again when it was lost. It
 * owns nothing, so losing it loses nothing.
 */
import { ServerConnection, SessionAPI } from '@jupyterlab/services';
import type { ServiceManager, Session } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import type { BridgeClient } from '../bridge/bridge-client.js';
import { openBridge } from '../bridge/kernel-bridge.js';
import { Listeners } from '../bridge/listeners.js';
import { electManager, MANAGER_TYPE, oldestManager } from './elect-manager.js';
import type { ISessionDoor } from './elect-manager.js';
import type { ManagerState } from './manager-state.js';

/** The kernelspec's folder, which `covey jupyter install` writes. */
export const KERNEL_NAME = 'covey';
const WELCOME_TIMEOUT_MS = 30_000;
/** Who culls idle kernels waits longer than this; who was heard later than this was shut down by somebody. */
const QUIET_MS = 60_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

export class ManagerKernel {
  readonly stateChanged = new Listeners<ManagerState>();

  private readonly _services: ServiceManager.IManager;
  private _state: ManagerState = { status: 'idle' };
  private _session: Session.ISessionConnection | undefined;
  private _client: BridgeClient | undefined;
  private _connecting: Promise<void> | undefined;
  private _isWanted = false;
  private _retries = 0;
  private _retryTimer: ReturnType<typeof setTimeout> | undefined;
  private _lastHeardMs = 0;

  constructor(services: ServiceManager.IManager) {
    this._services = services;
  }

  get state(): ManagerState {
    return this._state;
  }

  /** Of the connected manager. */
  get client(): BridgeClient | undefined {
    return this._client?.isClosed === false ? this._client : undefined;
  }

  /** Starts it unless it is there, or was stopped by somebody. */
  need(): void {
    if (this._state.status === 'idle') this.start();
  }

  /** Starts it, also after it was stopped or failed. */
  start(): void {
    if (this._state.status === 'connected') return;
    this._retries = 0;
    // Who only looks for one just now does not start it: that is done afterwards.
    if (this._connecting !== undefined) this._isWanted = true;
    else this._connect(true);
  }

  /** Connects to the one that runs already, if there is one, and starts none. */
  lookFor(): void {
    if (this._state.status === 'idle' && this._connecting === undefined) this._connect(false);
  }

  /** The connected client; waits until there is one. */
  async wanted(signal: AbortSignal): Promise<BridgeClient> {
    this.need();
    for (;;) {
      signal.throwIfAborted();
      if (this.client !== undefined) return this.client;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          remove();
          signal.removeEventListener('abort', done);
          resolve();
        };
        const remove = this.stateChanged.add(done);
        signal.addEventListener('abort', done);
      });
    }
  }

  private _connect(mayStart: boolean): void {
    clearTimeout(this._retryTimer);
    this._isWanted = false;
    this._connecting = this._tryToConnect(mayStart)
      .catch((error: unknown) => this._onFailure(error))
      .finally(() => {
        this._connecting = undefined;
        if (this._isWanted) this.need();
      });
  }

  private async _tryToConnect(mayStart: boolean): Promise<void> {
    const before = this._state;
    if (mayStart) this._setState({ status: 'starting' });
    await this._services.ready;
    const door = this._door();
    const model = mayStart ? await this._elect(door) : await oldestManager(door);
    if (model === undefined) {
      if (!mayStart) this._setState(before);
      return;
    }
    this._setState({ status: 'starting' });
    this._hold(this._services.sessions.connectTo({ model, kernelConnectionOptions: { handleComms: true } }));
    await this._openBridge();
    this._retries = 0;
  }

  private async _elect(door: ISessionDoor<Session.IModel>): Promise<Session.IModel | undefined> {
    const present = await oldestManager(door);
    if (present !== undefined) return present;
    const { kernelspecs } = this._services;
    if (kernelspecs.specs?.kernelspecs[KERNEL_NAME] === undefined) await kernelspecs.refreshSpecs();
    if (kernelspecs.specs?.kernelspecs[KERNEL_NAME] === undefined) {
      this._setState({ status: 'kernel-not-installed' });
      return undefined;
    }
    // Tabs of one browser need not even race. Only secure contexts have locks; the others rely on the election.
    const locks = (navigator as { locks?: LockManager }).locks;
    if (locks === undefined) return electManager(door);
    return locks.request(`covey-manager ${this._services.serverSettings.baseUrl}`, () => electManager(door));
  }

  private _door(): ISessionDoor<Session.IModel> {
    const settings = this._services.serverSettings;
    const path = `${MANAGER_TYPE}/${UUID.uuid4()}`;
    return {
      list: () => SessionAPI.listRunning(settings),
      create: () =>
        SessionAPI.startSession(
          { path, type: MANAGER_TYPE, name: 'Covey manager', kernel: { name: KERNEL_NAME } },
          settings,
        ),
      remove: (id) => SessionAPI.shutdownSession(id, settings),
    };
  }

  private _hold(session: Session.ISessionConnection): void {
    this._session?.dispose();
    this._session = session;
    let wasConnected = false;
    const isHeld = (): boolean => this._session === session && !session.isDisposed;
    const lost = (reason: string): void => {
      if (this._session !== session) return;
      this._session = undefined;
      this._client?.close(reason);
      session.dispose();
      void this._onLoss();
    };
    session.disposed.connect(() => lost('The manager kernel was shut down.'));
    session.statusChanged.connect((_, status) => {
      if (!isHeld()) return;
      if (status === 'dead' || status === 'terminating') lost('The manager kernel ended.');
      else if (status === 'restarting' || status === 'autorestarting') this._reopen('The manager kernel starts again.');
    });
    session.connectionStatusChanged.connect((_, status) => {
      if (!isHeld()) return;
      if (status === 'disconnected') lost('The connection to the Jupyter server was lost.');
      // The kernel may have gone on without us: what was said meanwhile is asked for again.
      else if (status === 'connected' && wasConnected) this._reopen('The connection to the Jupyter server was lost.');
      wasConnected ||= status === 'connected';
    });
    session.iopubMessage.connect(() => {
      this._lastHeardMs = Date.now();
    });
  }

  private _reopen(reason: string): void {
    this._client?.close(reason);
    if (this._connecting !== undefined) return;
    this._setState({ status: 'starting' });
    this._connecting = this._openBridge()
      .catch((error: unknown) => this._onFailure(error))
      .finally(() => {
        this._connecting = undefined;
      });
  }

  private async _openBridge(): Promise<void> {
    const kernel = this._session?.kernel;
    if (kernel === undefined || kernel === null) throw new Error('The manager session has no kernel.');
    await kernel.info;
    const client = openBridge(kernel, { manager: true });
    const late = setTimeout(
      () => client.close('The manager kernel does not answer. Its Covey may be too old: run covey jupyter install.'),
      WELCOME_TIMEOUT_MS,
    );
    try {
      const welcome = await client.welcomed;
      this._client = client;
      this._lastHeardMs = Date.now();
      this._setState({ status: 'connected', welcome });
    } finally {
      clearTimeout(late);
    }
  }

  /** The server is asked whether it was somebody's wish. */
  private async _onLoss(): Promise<void> {
    const wasQuiet = Date.now() - this._lastHeardMs > QUIET_MS;
    let sessions: readonly Session.IModel[];
    try {
      sessions = await SessionAPI.listRunning(this._services.serverSettings);
    } catch (error) {
      return this._onFailure(error);
    }
    if (sessions.some(({ type }) => type === MANAGER_TYPE)) return this._connect(true);
    const wasShutDown = sessions.length === 0 || !wasQuiet;
    if (wasShutDown && document.visibilityState === 'visible') return this._setState({ status: 'stopped' });
    this._setState({ status: 'idle' });
    if (document.visibilityState === 'visible') this.need();
  }

  private _onFailure(error: unknown): void {
    const isNetwork = error instanceof ServerConnection.NetworkError;
    this._session?.dispose();
    this._session = undefined;
    const delayMs = RETRY_MS[Math.min(this._retries, RETRY_MS.length - 1)] ?? 30_000;
    this._retries += 1;
    if (isNetwork || this._retries <= 2) {
      this._setState({ status: isNetwork ? 'waiting' : 'starting' });
      this._retryTimer = setTimeout(() => this._connect(true), delayMs);
    } else {
      this._setState({ status: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  private _setState(state: ManagerState): void {
    this._state = state;
    this.stateChanged.emit(state);
  }
}
