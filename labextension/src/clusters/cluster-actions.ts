/**
 * What a person does with clusters: each asks what must be asked, does it through the manager, and tells of a failure.
 */
import { Clipboard, Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { BridgeClient } from '../bridge/bridge-client.js';
import { BridgeFailure } from '../bridge/bridge-client.js';
import { askForCluster } from '../dialogs/new-cluster-dialog.js';
import type { IClusterDraft, IPreset } from '../dialogs/new-cluster-form.js';
import { askForScale } from '../dialogs/scale-dialog.js';
import type { ICovey } from '../tokens.js';

/** What is remembered of earlier clusters. */
export interface IDrafts {
  readonly presets: readonly IPreset[];
  readonly initial: IClusterDraft;
  save(title: string, draft: IClusterDraft): Promise<void>;
}

export class ClusterActions {
  constructor(
    private readonly _covey: ICovey,
    private readonly _drafts: () => IDrafts,
  ) {}

  /**
   * @param name proposed for it.
   * @returns the new cluster's name.
   */
  async newCluster(name?: string): Promise<string | undefined> {
    const { trans } = this._covey;
    const client = await this._client();
    const kinds = await client.call('kinds', null);
    const drafts = this._drafts();
    let initial = name === undefined ? drafts.initial : { ...drafts.initial, name };
    let refused: Record<string, string> = {};
    for (;;) {
      const asked = await askForCluster(kinds, drafts.presets, initial, refused, trans);
      if (asked === undefined) return undefined;
      const { draft, options, idleTimeoutMs } = asked;
      if (asked.saveAs !== '') await drafts.save(asked.saveAs, draft);
      const chosen = draft.name.trim();
      const started = client.call('start', {
        kind: draft.kind,
        ...(chosen === '' ? {} : { name: chosen }),
        options,
        ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      });
      try {
        return (await started).name;
      } catch (error) {
        // What is wrong with one field is said there, and the rest stays as it was typed.
        if (error instanceof BridgeFailure && error.option !== undefined) {
          refused = { [error.option]: error.message };
          initial = draft;
        } else {
          await showErrorMessage(trans.__('The cluster did not start'), messageOf(error));
          return undefined;
        }
      }
    }
  }

  async scale(cluster: string): Promise<void> {
    const { trans, clusters } = this._covey;
    const { summary, overview } = clusters.find(cluster) ?? {};
    const adaptive = summary?.adaptive ?? null;
    const scale = await askForScale(
      trans.__('Scale %1', cluster),
      adaptive === null ? { mode: 'fixed', workers: overview?.workers ?? 1 } : { mode: 'adaptive', ...adaptive },
      trans,
    );
    if (scale === undefined) return;
    await this._do(trans.__('%1 was not scaled', cluster), async (client) => {
      if (scale.mode === 'adaptive') {
        const { minimum, maximum } = scale;
        return client.call('adapt', { cluster, range: { minimum, maximum } });
      }
      if (adaptive !== null) await client.call('adapt', { cluster, range: null });
      return client.call('scale', { cluster, workers: scale.workers });
    });
  }

  async restartWorkers(cluster: string): Promise<void> {
    const { trans } = this._covey;
    const isSure = await confirm(
      trans.__('Restart the workers of %1?', cluster),
      trans.__('What they run starts again, and results that are still needed are computed again.'),
      trans.__('Restart'),
    );
    if (!isSure) return;
    await this._do(trans.__('The workers of %1 were not restarted', cluster), (client) =>
      client.call('restart-workers', { cluster }),
    );
  }

  async stop(cluster: string): Promise<void> {
    const { trans } = this._covey;
    const isSure = await confirm(
      trans.__('Stop %1?', cluster),
      trans.__('Its tasks end, and its results are gone.'),
      trans.__('Stop'),
    );
    if (isSure) await this.stopNow([cluster]);
  }

  async stopAll(): Promise<void> {
    const { trans, clusters } = this._covey;
    const names = (clusters.entries ?? []).map(({ summary }) => summary.name);
    if (names.length === 0) return;
    const isSure = await confirm(
      trans._n('Stop %1 cluster?', 'Stop all %1 clusters?', names.length),
      `${trans.__('Their tasks end, and their results are gone:')} ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
      trans.__('Stop all'),
    );
    if (isSure) await this.stopNow(names);
  }

  /** Without asking: who calls has asked. */
  async stopNow(names: readonly string[]): Promise<void> {
    const { trans } = this._covey;
    await Promise.all(
      names.map((cluster) =>
        this._do(trans.__('%1 was not stopped', cluster), (client) => client.call('stop', { cluster })),
      ),
    );
  }

  copyAddress(cluster: string): void {
    const { trans, clusters } = this._covey;
    const address = clusters.find(cluster)?.summary.address;
    if (address === undefined) return;
    Clipboard.copyToSystem(address);
    Notification.info(trans.__('The address of %1 is copied.', cluster), { autoClose: 2000 });
  }

  async connectionCode(cluster: string): Promise<string> {
    return (await this._client()).call('connection-code', { cluster });
  }

  async logs(cluster: string, lines: number): Promise<readonly string[]> {
    return (await this._client()).call('logs', { cluster, lines });
  }

  private _client(): Promise<BridgeClient> {
    return this._covey.manager.wanted(new AbortController().signal);
  }

  private async _do(failed: string, action: (client: BridgeClient) => Promise<unknown>): Promise<void> {
    try {
      await action(await this._client());
    } catch (error) {
      Notification.error(`${failed}: ${messageOf(error)}`, { autoClose: false });
    }
  }
}

async function confirm(title: string, body: string, label: string): Promise<boolean> {
  const { button } = await showDialog({ title, body, buttons: [Dialog.cancelButton(), Dialog.warnButton({ label })] });
  return button.accept;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
