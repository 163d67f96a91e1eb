/**
 * The manager kernel of this Jupyter server: does what its machine says, by JupyterLab's services. It owns nothing, so losing
 * it loses nothing.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection, SessionAPI } from '@jupyterlab/services';
import type { ServiceManager, Session } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import { KERNEL_NAME } from '../app/kernel-name.js';
import { BridgeFailure, BridgeVersionFailure } from '../bridge/bridge-client.js';
import type { BridgeClient } from '../bridge/bridge-client.js';
import { Holds } from '../bridge/holds.js';
import { openBridge } from '../bridge/kernel-bridge.js';
import { Listeners } from '../bridge/listeners.js';
import { electManager, MANAGER_TYPE, oldestManager } from './elect-manager.js';
import type { ISessionDoor } from './elect-manager.js';
import { ManagerMachine } from './manager-machine.js';
import type { Interest, ManagerEvent, ManagerInstruction } from './manager-machine.js';
import { isAway, ManagerAwayError } from './manager-state.js';
import type { IManagerFailure, ManagerState } from './manager-state.js';
import { listenToShutdowns } from './shutdowns.js';

const WELCOME_TIMEOUT_MS = 30_000;

export class ManagerKernel {
  readonly stateChanged = new Listeners<ManagerState>();

  private readonly _services: ServiceManager.IManager;
  private readonly _sessionName: string;
  private readonly _machine = new ManagerMachine();
  private readonly _needs = new Holds();
  private readonly _shows = new Holds();
  private _told: ManagerState = this._machine.state;
  private _session: Session.ISessionConnection | undefined;
  private _client: BridgeClient | undefined;
  private _retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** When the server began, in its own words: another one knows nothing of the kernels before. */
  private _serverBegan: string | undefined;

  /** @param sessionName by which people find it among the running ones. */
  constructor(services: ServiceManager.IManager, sessionName: string) {
    this._services = services;
    this._sessionName = sessionName;
    for (const holds of [this._needs, this._shows]) {
      holds.changed.add(() => this._handle({ type: 'interest', interest: this._interest }));
    }
    listenToShutdowns(services, (id) => {
      const isOurs = id === undefined || id === this._session?.id || id === this._session?.kernel?.id;
      if (isOurs) this._handle({ type: 'shutdown-asked' });
    });
  }

  get state(): ManagerState {
    return this._machine.state;
  }

  /** Of the connected manager. */
  get client(): BridgeClient | undefined {
    return this._client?.isClosed === false ? this._client : undefined;
  }

  /**
   * There is to be one, until the returned function is called: it is started, and comes back when it was lost, unless somebody
   * shut it down.
   */
  need(): () => void {
    return this._needs.hold();
  }

  /** Something of it is shown until the returned function is called: one that runs is used, and none is started for it. */
  show(): () => void {
    return this._shows.hold();
  }

  /** Uses the one that runs already, if there is one. */
  lookFor(): void {
    this._handle({ type: 'look' });
  }

  /** The connected client, for what goes on by itself: waits until there is one. */
  async wanted(signal: AbortSignal): Promise<BridgeClient> {
    return this._whileNeeded(async () => {
      while (this.client === undefined) await this._change(signal);
      return this.client;
    });
  }

  /**
   * The connected client, for what somebody waits for.
   * @throws {ManagerAwayError} when it can't be had without somebody's doing.
   */
  async reached(): Promise<BridgeClient> {
    return this._whileNeeded(async () => {
      while (this.client === undefined) {
        if (isAway(this.state)) throw new ManagerAwayError(this.state);
        await this._change(NEVER);
      }
      return this.client;
    });
  }

  /**
   * The same for a person's command, which starts it whatever was before.
   * @throws {ManagerAwayError}
   */
  async started(): Promise<BridgeClient> {
    return this._whileNeeded(() => {
      this._handle({ type: 'start' });
      return this.reached();
    });
  }

  private get _interest(): Interest {
    if (this._needs.isHeld) return 'needed';
    return this._shows.isHeld ? 'shown' : 'none';
  }

  private async _whileNeeded<T>(act: () => Promise<T>): Promise<T> {
    const release = this.need();
    try {
      return await act();
    } finally {
      release();
    }
  }

  private async _change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        remove();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const remove = this.stateChanged.add(done);
      signal.addEventListener('abort', done);
    });
    signal.throwIfAborted();
  }

  private _handle(event: ManagerEvent): void {
    for (const instruction of this._machine.handle(event, Date.now())) this._do(instruction);
    if (this._told === this._machine.state) return;
    this._told = this._machine.state;
    this.stateChanged.emit(this._told);
  }

  private _do(instruction: ManagerInstruction): void {
    switch (instruction.type) {
      case 'connect':
        return this._step(instruction.step, () => this._connect(instruction.step, instruction.mayStart));
      case 'ask':
        return this._step(instruction.step, () => this._ask(instruction.step));
      case 'release':
        return this._release();
      case 'set-timer':
        this._retryTimer = setTimeout(() => this._handle({ type: 'retry' }), instruction.afterMs);
        return;
      case 'clear-timer':
        clearTimeout(this._retryTimer);
    }
  }

  private _step(step: number, act: () => Promise<ManagerEvent>): void {
    act().then(
      (event) => this._handle(event),
      (error: unknown) =>
        this._handle({ type: 'failure', step, failure: failureOf(error), passes: isServerAway(error) }),
    );
  }

  private async _connect(step: number, mayStart: boolean): Promise<ManagerEvent> {
    await this._services.ready;
    const door = this._door();
    const model = mayStart ? await this._elect(door) : await oldestManager(door);
    if (model === undefined) return mayStart ? { type: 'not-installed', step } : { type: 'absent', step };
    this._serverBegan = await this._askServerBegan();
    this._hold(this._services.sessions.connectTo({ model, kernelConnectionOptions: { handleComms: false } }));
    return this._openBridge(step);
  }

  /** Nothing when its kernel is not installed. */
  private async _elect(door: ISessionDoor<Session.IModel>): Promise<Session.IModel | undefined> {
    const present = await oldestManager(door);
    if (present !== undefined) return present;
    const { kernelspecs } = this._services;
    if (kernelspecs.specs?.kernelspecs[KERNEL_NAME] === undefined) await kernelspecs.refreshSpecs();
    if (kernelspecs.specs?.kernelspecs[KERNEL_NAME] === undefined) return undefined;
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
          { path, type: MANAGER_TYPE, name: this._sessionName, kernel: { name: KERNEL_NAME } },
          settings,
        ),
      remove: (id) => SessionAPI.shutdownSession(id, settings),
    };
  }

  private _hold(session: Session.ISessionConnection): void {
    this._release();
    this._session = session;
    let wasConnected = false;
    const isHeld = (): boolean => this._session === session;
    const lost = (): void => {
      if (isHeld()) this._handle({ type: 'lost' });
    };
    session.disposed.connect(lost);
    session.statusChanged.connect((_, status) => {
      if (status === 'dead' || status === 'terminating') lost();
    });
    session.connectionStatusChanged.connect((_, status) => {
      // JupyterLab connects anew by itself, when a kernel starts anew and when the server is away; it tries so for minutes.
      if (status === 'connected') wasConnected = true;
      else if (wasConnected || status === 'disconnected') lost();
    });
    session.iopubMessage.connect((_, { header }) => {
      // What a kernel says on its way out is no sign that it was in use.
      if (isHeld() && header.msg_type === 'comm_msg') this._handle({ type: 'heard' });
    });
  }

  private _release(): void {
    const session = this._session;
    this._session = undefined;
    this._close('The manager kernel is gone.');
    if (session !== undefined) discard(session);
  }

  /** Such an end of the client is no news. */
  private _close(reason: string): void {
    const client = this._client;
    this._client = undefined;
    client?.close(reason);
  }

  private async _openBridge(step: number): Promise<ManagerEvent> {
    const kernel = this._session?.kernel;
    if (kernel === undefined || kernel === null) throw new BridgeFailure('ERR_COVEY_NO_KERNEL', 'no kernel');
    const client = openBridge(kernel, { manager: true });
    this._client = client;
    const late = setTimeout(() => client.close('no answer', 'ERR_COVEY_MANAGER_SILENT'), WELCOME_TIMEOUT_MS);
    try {
      const welcome = await client.welcomed;
      client.closed.add((failure) => {
        if (this._client === client) this._handle({ type: 'closed', failure: failureOf(failure) });
      });
      return { type: 'welcome', step, welcome };
    } finally {
      clearTimeout(late);
    }
  }

  private async _ask(step: number): Promise<ManagerEvent> {
    const isThere = (await oldestManager(this._door())) !== undefined;
    const began = await this._askServerBegan();
    return { type: 'asked', step, isThere, isNewServer: began !== undefined && began !== this._serverBegan };
  }

  /** Nothing where the server does not tell. */
  private async _askServerBegan(): Promise<string | undefined> {
    const { serverSettings } = this._services;
    const url = URLExt.join(serverSettings.baseUrl, 'api/status');
    const response = await ServerConnection.makeRequest(url, {}, serverSettings);
    if (!response.ok) return undefined;
    const { started } = (await response.json()) as { started?: unknown };
    return typeof started === 'string' ? started : undefined;
  }
}

const NEVER = new AbortController().signal;

/** JupyterLab throws, where nobody can catch it, when a connection is disposed of that it is making anew. */
function discard(session: Session.ISessionConnection): void {
  if (session.isDisposed) return;
  if (session.kernel?.connectionStatus !== 'connecting') return session.dispose();
  session.connectionStatusChanged.connect((_, status) => {
    if (status !== 'connecting') setTimeout(() => session.dispose());
  });
}

function failureOf(error: unknown): IManagerFailure {
  const message = error instanceof Error ? error.message : String(error);
  const welcome = error instanceof BridgeVersionFailure ? { welcome: error.welcome } : {};
  return { code: error instanceof BridgeFailure ? error.code : 'ERR_COVEY_SERVER', message, ...welcome };
}

/** Of a hub whose server sleeps. */
const FAILED_DEPENDENCY = 424;
/** A server's own failure, such as a kernel that can't be started; what is above is said by proxies. */
const OWN_FAILURE = 500;

function isServerAway(error: unknown): boolean {
  if (error instanceof ServerConnection.NetworkError) return true;
  if (!(error instanceof ServerConnection.ResponseError)) return false;
  const { status } = error.response;
  return status > OWN_FAILURE || status === FAILED_DEPENDENCY;
}
