/**
 * One notebook and its cluster: which it names, which its kernel uses, which of its cells run there. Follows the notebook's
 * kernels, and is idle while they are of another language.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';
import { CodeCell } from '@jupyterlab/cells';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { SubmittedCell } from '@covey/protocol/bridge';
import type { BridgeClient } from '../bridge/bridge-client.js';
import { openBridge } from '../bridge/kernel-bridge.js';
import { Listeners } from '../bridge/listeners.js';
import { KERNEL_NAME } from '../manager/manager-kernel.js';
import { nameCluster } from './name-cluster.js';

const METADATA = 'covey';

export interface IUsedCluster {
  readonly cluster: string | null;
  readonly reason: string;
}

export class CoveyNotebook {
  readonly changed = new Listeners<void>();
  /** Of a cell's failure, since the cluster that the notebook names does not run. */
  readonly clusterMissed = new Listeners<string>();
  private _client: BridgeClient | undefined;
  private _kernel: Kernel.IKernelConnection | undefined;
  private _used: IUsedCluster | undefined;
  private readonly _cells = new Map<string, SubmittedCell>();

  constructor(readonly panel: NotebookPanel) {
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
      content.model?.cells.changed.connect(() => this._cancelDeleted());
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
    const written: unknown = this.panel.model?.getMetadata(METADATA);
    const name =
      typeof written === 'object' && written !== null ? (written as { cluster?: unknown }).cluster : undefined;
    return typeof name === 'string' && name !== '' ? name : undefined;
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

  /** Runs the selected cells on the cluster. The cells stay as they are written. */
  async submit(): Promise<void> {
    const { content, sessionContext } = this.panel;
    const cells = content.widgets.filter((cell) => content.isSelectedOrActive(cell));
    await Promise.all(
      cells.map(async (cell) => {
        if (cell instanceof CodeCell) await CodeCell.execute(cell, sessionContext, { covey: { submit: true } });
      }),
    );
  }

  /** @throws {BridgeFailure} */
  async cancel(cellId: string): Promise<void> {
    await this._client?.call('cancel-cell', { cellId });
  }

  private _follow(): void {
    const kernel = this.panel.sessionContext.session?.kernel ?? undefined;
    const own = kernel?.name === KERNEL_NAME ? kernel : undefined;
    if (own !== this._kernel) this._lose('The notebook has another kernel.');
    this._kernel = own;
    if (own !== undefined) nameCluster(own, () => this.cluster);
    this._open();
    this.changed.emit();
  }

  private _open(): void {
    const kernel = this._kernel;
    if (kernel === undefined || kernel.isDisposed || this._client?.isClosed === false) return;
    const client = openBridge(kernel, 'notebook');
    this._client = client;
    client.cellChanged.add((cell) => this._onCell(cell));
    client.welcomed
      .then(() => client.call('submitted', null))
      .then(
        (cells) => {
          for (const cell of cells) this._onCell(cell);
          return this._askUsed();
        },
        () => undefined,
      );
  }

  private _lose(reason: string): void {
    this._client?.close(reason);
    this._client = undefined;
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
    const hasRun = (parent_header as { msg_type?: string }).msg_type === 'execute_request';
    if (header.msg_type === 'status' && said.execution_state === 'idle' && hasRun) void this._askUsed();
  }

  private _onCell(cell: SubmittedCell): void {
    this._cells.set(cell.cellId, cell);
    this.changed.emit();
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
  private _cancelDeleted(): void {
    if (this._cells.size === 0) return;
    setTimeout(() => {
      const present = new Set(this.panel.isDisposed ? [] : this.panel.content.widgets.map(({ model }) => model.id));
      if (this.panel.isDisposed) return;
      for (const { cellId, state } of [...this._cells.values()]) {
        if (present.has(cellId)) continue;
        this._cells.delete(cellId);
        if (state === 'pending') this.cancel(cellId).catch(() => undefined);
      }
    });
  }
}
