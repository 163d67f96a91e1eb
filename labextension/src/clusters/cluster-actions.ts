/**
 * What a person does with clusters: each asks what must be asked, does it through the manager, and tells of a failure.
 */
import type { BridgeCalls } from '@covey/protocol/bridge';
import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { failureText } from '../app/failure-text.js';
import { tellFailure } from '../app/tell-failure.js';
import type { BridgeClient } from '../bridge/bridge-client.js';
import type { IClusterDraft } from '../dialogs/cluster-draft.js';
import { askForCluster } from '../dialogs/new-cluster-dialog.js';
import type { INewCluster, IPresets } from '../dialogs/new-cluster-dialog.js';
import { refusedField } from '../dialogs/refused-field.js';
import { askForScale } from '../dialogs/scale-dialog.js';
import type { ICovey } from '../tokens.js';
import { translateForms } from './kind-texts.js';

/** What is remembered of earlier clusters. */
export interface IDrafts extends IPresets {
  readonly initial: IClusterDraft;
  save(title: string, draft: IClusterDraft): Promise<void>;
}

export class ClusterActions {
  constructor(
    private readonly _covey: ICovey,
    private readonly _drafts: () => Promise<IDrafts>,
  ) {}

  /**
   * @param name proposed for it.
   * @returns the new cluster's name.
   */
  async newCluster(name?: string): Promise<string | undefined> {
    const { trans } = this._covey;
    return this._do(trans.__('No cluster was started'), async (client) => {
      const kinds = translateForms(await client.call('kinds', null), trans);
      const drafts = await this._drafts();
      let initial = name === undefined ? drafts.initial : { ...drafts.initial, name };
      let refused: Record<string, string> = {};
      for (;;) {
        const asked = await askForCluster(kinds, drafts, initial, refused, trans);
        if (asked === undefined) return undefined;
        initial = asked.draft;
        try {
          // A preset is kept also of what does not start: it is what was typed.
          if (asked.saveAs !== '') await drafts.save(asked.saveAs, asked.draft);
          // The manager may have gone while the form was filled in.
          return (await (await this._covey.manager.started()).call('start', requestOf(asked))).name;
        } catch (error) {
          // What is wrong with one field is said there, and everything stays as it was typed.
          const form = kinds.find(({ name }) => name === asked.draft.kind);
          refused = { [refusedField(error, form)]: failureText(error, trans) };
        }
      }
    });
  }

  async scale(cluster: string): Promise<void> {
    const { trans, clusters } = this._covey;
    const { summary, overview } = clusters.find(cluster) ?? {};
    const adaptive = summary?.adaptive ?? null;
    const scale = await askForScale(
      trans.__('Scale the cluster %1', cluster),
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
      trans.__('Restart the workers of the cluster %1?', cluster),
      trans.__('What they run starts again, and results that are still needed are computed again.'),
      trans.__('Restart'),
    );
    if (!isSure) return;
    await this._do(trans.__('The workers of %1 were not restarted', cluster), (client) =>
      client.call('restart-workers', { cluster }),
    );
  }

  async stop(cluster: string): Promise<void> {
    const { trans, clusters } = this._covey;
    const isSure =
      clusters.find(cluster)?.summary.attached === true
        ? await confirm(
            trans.__('Take the cluster %1 off the list?', cluster),
            trans.__('It was started elsewhere, and goes on.'),
            trans.__('Take off the list'),
          )
        : await confirm(
            trans.__('Stop the cluster %1?', cluster),
            trans.__('Its tasks end, and its results are gone.'),
            trans.__('Stop'),
          );
    if (isSure) await this.stopNow([cluster]);
  }

  async stopAll(): Promise<void> {
    const { trans, clusters } = this._covey;
    const entries = await this._do(trans.__('The clusters were not stopped'), (client) => clusters.read(client));
    if (entries === undefined || entries.length === 0) return;
    const names = entries.map(({ summary }) => summary.name);
    const attached = entries.flatMap(({ summary }) => (summary.attached ? [summary.name] : []));
    const isSure = await confirm(
      trans._n('Stop %1 cluster?', 'Stop all %1 clusters?', names.length),
      [
        trans.__('Their tasks end, and their results are gone: %1.', listed(names)),
        ...(attached.length === 0
          ? []
          : [
              trans.__(
                'Of these, %1 were started elsewhere, go on, and are only taken off the list.',
                listed(attached),
              ),
            ]),
      ].join(' '),
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

  async logs(cluster: string, lines: number): Promise<readonly string[]> {
    return (await this._covey.manager.reached()).call('logs', { cluster, lines });
  }

  /** The manager, with whatever it takes to have it. */
  async startManager(): Promise<void> {
    await this._do(this._covey.trans.__('The kernel did not start'), () => Promise.resolve());
  }

  /** @returns nothing when it failed, which was told. */
  private async _do<T>(failed: string, action: (client: BridgeClient) => Promise<T>): Promise<T | undefined> {
    const { manager, trans } = this._covey;
    try {
      return await action(await manager.started());
    } catch (error) {
      tellFailure(failed, error, trans, () => void this._do(failed, action));
      return undefined;
    }
  }
}

function requestOf({ draft, options, idleTimeoutMs }: INewCluster): BridgeCalls['start']['params'] {
  const name = draft.name.trim();
  return {
    kind: draft.kind,
    ...(name === '' ? {} : { name }),
    options,
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
}

/** The first of many. */
function listed(names: readonly string[]): string {
  return `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
}

async function confirm(title: string, body: string, label: string): Promise<boolean> {
  const { button } = await showDialog({ title, body, buttons: [Dialog.cancelButton(), Dialog.warnButton({ label })] });
  return button.accept;
}
