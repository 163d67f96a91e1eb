/**
 * One notebook and its cluster: which it names, which its kernel uses, which of its cells run there. Follows the notebook's
 * kernels, and is idle while they are of another language. Of several notebooks on one kernel each has a comm of its own, and
 * minds its own cells.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';
import { CodeCell } from '@jupyterlab/cells';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { CellOutput, CellPlace, SubmittedCell, ToldDisplay } from '@covey/protocol/bridge';
import { KERNEL_NAME } from '../app/kernel-name.js';
import type { BridgeClient, SkewedWelcome } from '../bridge/bridge-client.js';
import { KERNEL_RESTARTED, openBridge } from '../bridge/kernel-bridge.js';
import { Listeners } from '../bridge/listeners.js';
import { clusterIn, METADATA } from '../clusters/notebook-cluster.js';
import type { ToldDisplays } from '../rendering/told-displays.js';
import { KeptDisplays } from './kept-displays.js';
import { MissedOutputs } from './missed-outputs.js';
import { tellWithCells } from './tell-with-cells.js';

export interface IUsedCluster {
  readonly cluster: string | null;
  readonly reason: string;
}

export class CoveyNotebook {
  readonly changed = new Listeners<void>();
  /** Of a cell's failure, since the cluster that the notebook names does not run. */
  readonly clusterMissed = new Listeners<string>();
  /** Its kernel is of another version than this extension. */
  readonly skewed = new Listeners<SkewedWelcome>();
  private _client: BridgeClient | undefined;
  private _kernel: Kernel.IKernelConnection | undefined;
  private _used: IUsedCluster | undefined;
  private readonly _cells = new Map<string, SubmittedCell>();
  private readonly _displays: ToldDisplays;
  private readonly _kept: KeptDisplays;
  private readonly _missed: MissedOutputs;

  constructor(
    readonly panel: NotebookPanel,
    displays: ToldDisplays,
  ) {
    this._displays = displays;
    this._kept = new KeptDisplays(panel);
    this._missed = new MissedOutputs(panel, (cellId) => this._outputOf(cellId));
    const { sessionContext, content } = panel;
    sessionContext.kernelChanged.connect(() => this._follow());
    sessionContext.statusChanged.connect((_, status) => {
      if (status === 'restarting' || status === 'autorestarting') this._lose('The kernel restarts.');
    });
    sessionContext.connectionStatusChanged.connect((_, status) => {
      if (status === 'connected') this._open();
    });
    sessionContext.iopubMessage.connect((_, message) => this._onOutput(message));
    void panel.context.ready.then(() => {
      content.model?.cells.changed.connect(() => this._giveUpDeleted());
      content.model?.metadataChanged.connect((_, { key }) => {
        if (key === METADATA) this.changed.emit();
      });
      this._follow();
    });
    panel.disposed.connect(() => this._lose('The notebook was closed.'));
  }

  /** Whether its kernel is Covey's. */
  get isCovey(): boolean {
    return this._kernel !== undefined;
  }

  /** What the notebook names; nothing when the kernel is to choose. */
  get cluster(): string | undefined {
    return clusterIn(this.panel.model);
  }

  set cluster(name: string | undefined) {
    const { model } = this.panel;
    if (model === null) return;
    const { cluster: _, ...others } = (model.getMetadata(METADATA) ?? {}) as Record<string, unknown>;
    const next = name === undefined ? others : { ...others, cluster: name };
    if (Object.keys(next).length > 0) model.setMetadata(METADATA, next);
    else model.deleteMetadata(METADATA);
    this.changed.emit();
  }

  /** What its kernel uses, as far as it was heard. */
  get used(): IUsedCluster | undefined {
    return this._used;
  }

  submitted(cellId: string): SubmittedCell | undefined {
    return this._cells.get(cellId);
  }

  /** Whether code is selected. */
  get canSubmit(): boolean {
    return this.isCovey && this._selectedCode().length > 0;
  }

  /** Runs the selected cells on the cluster. The cells stay as they are written. */
  async submit(): Promise<void> {
    const { sessionContext } = this.panel;
    await Promise.all(
      this._selectedCode().map((cell) => CodeCell.execute(cell, sessionContext, { covey: { submit: true } })),
    );
  }

  /** @throws {BridgeFailure} */
  async cancel(cellId: string): Promise<void> {
    await this._client?.call('cancel-cell', this._placeOf(cellId));
  }

  private _selectedCode(): CodeCell[] {
    const { content } = this.panel;
    return content.widgets.filter(
      (cell): cell is CodeCell => cell instanceof CodeCell && content.isSelectedOrActive(cell),
    );
  }

  /** By which the kernel tells it from other notebooks: its session's, which outlives the page and the file's name. */
  private get _name(): string | undefined {
    return this.panel.sessionContext.session?.id;
  }

  /** Without a name it was run by another front end: by whom has it. */
  private _isOwn({ cellId, notebook }: CellPlace): boolean {
    if (notebook !== undefined) return notebook === this._name;
    return this.panel.content.widgets.some(({ model }) => model.id === cellId);
  }

  private _placeOf(cellId: string): CellPlace {
    const notebook = this._cells.get(cellId)?.notebook;
    return { cellId, ...(notebook !== undefined && { notebook }) };
  }

  private _follow(): void {
    const kernel = this.panel.sessionContext.session?.kernel ?? undefined;
    const own = kernel?.name === KERNEL_NAME ? kernel : undefined;
    if (own !== this._kernel) this._lose('The notebook has another kernel.');
    this._kernel = own;
    if (own !== undefined) tellWithCells(own, () => ({ notebook: this._name, cluster: this.cluster }));
    this._open();
    this.changed.emit();
  }

  private _open(): void {
    const kernel = this._kernel;
    if (kernel === undefined || kernel.isDisposed || this._client?.isClosed === false) return;
    const client = openBridge(kernel, { drawsDisplays: this._displays.areDrawn });
    this._client = client;
    client.skewed.add((welcome) => this.skewed.emit(welcome));
    client.cellChanged.add((cell) => this._onCell(cell));
    client.displayChanged.add((display) => this._onDisplay(client, display));
    client.closed.add(({ code }) => {
      if (this._client !== client || code !== KERNEL_RESTARTED) return;
      this._lose('The kernel was restarted.');
      this._open();
    });
    this._catchUp(client).catch(() => {
      // The kernel went away meanwhile, or is too old to tell: what it would have told is as the notebook keeps it.
    });
  }

  /** Learns what happened while no page was here. */
  private async _catchUp(client: BridgeClient): Promise<void> {
    await client.welcomed;
    const cells = (await client.call('submitted', null)).filter((cell) => this._isOwn(cell));
    for (const cell of cells) this._onCell(cell);
    await this._askUsed();
    for (const display of await client.call('displays', null)) this._onDisplay(client, display);
    this._missed.follow(cells);
  }

  private _lose(reason: string): void {
    const client = this._client;
    client?.close(reason);
    this._client = undefined;
    this._missed.clear();
    if (client !== undefined) this._displays.forget(client);
    this._cells.clear();
    this._used = undefined;
    this.changed.emit();
  }

  private _onOutput({ header, parent_header, content }: KernelMessage.IMessage): void {
    if (!this.isCovey) return;
    const said = content as { ename?: string; execution_state?: string };
    if (header.msg_type === 'error' && said.ename === 'ClusterNotFoundError' && this.cluster !== undefined) {
      this.clusterMissed.emit(this.cluster);
    }
    const parent = parent_header as { msg_type?: string; msg_id?: string };
    const hasRun = parent.msg_type === 'execute_request';
    if (hasRun && parent.msg_id !== undefined) this._missed.heard(parent.msg_id);
    if (header.msg_type === 'status' && said.execution_state === 'idle' && hasRun) void this._askUsed();
  }

  private _onCell(cell: SubmittedCell): void {
    if (!this._isOwn(cell)) return;
    if (cell.state === 'left') this._cells.delete(cell.cellId);
    else this._cells.set(cell.cellId, cell);
    this._missed.changed(cell);
    this.changed.emit();
  }

  private _onDisplay(client: BridgeClient, display: ToldDisplay): void {
    this._displays.tell(client, display);
    this._kept.update(display);
  }

  private async _outputOf(cellId: string): Promise<readonly CellOutput[] | null> {
    return (await this._client?.call('cell-output', this._placeOf(cellId))) ?? null;
  }

  private async _askUsed(): Promise<void> {
    const client = this._client;
    if (client === undefined || !this.panel.isVisible) return;
    try {
      const used = await client.call('used', null);
      if (used.cluster === this._used?.cluster && used.reason === this._used.reason) return;
      this._used = used;
      this.changed.emit();
    } catch {
      // The kernel is on its way out, or too old to tell: the toolbar says what the notebook names.
      this._used = undefined;
    }
  }

  /** A cell that is moved goes and comes in one turn. */
  private _giveUpDeleted(): void {
    if (this._cells.size === 0) return;
    setTimeout(() => {
      const present = new Set(this.panel.isDisposed ? [] : this.panel.content.widgets.map(({ model }) => model.id));
      if (this.panel.isDisposed) return;
      for (const cellId of [...this._cells.keys()]) {
        if (present.has(cellId)) continue;
        const place = this._placeOf(cellId);
        this._cells.delete(cellId);
        // A kernel that is gone has given it up by itself.
        this._client?.call('give-up', place).catch(() => undefined);
      }
    });
  }
}
