/** Asks for what a new cluster shall be. */
import * as React from 'react';
import type { ClusterKindForm } from '@covey/protocol/bridge';
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { readDraft } from './cluster-draft.js';
import type { IClusterDraft, IDraftResult, IPreset } from './cluster-draft.js';
import { NewClusterForm } from './new-cluster-form.js';

export interface INewCluster extends IDraftResult {
  /** A title under which to save it; empty for not. */
  readonly saveAs: string;
}

/** What was saved of earlier clusters. */
export interface IPresets {
  readonly presets: readonly IPreset[];
  remove(title: string): Promise<void>;
}

class NewClusterBody extends ReactWidget implements Dialog.IBodyWidget<INewCluster> {
  private _draft: IClusterDraft;
  private _saveAs = '';

  constructor(
    private readonly _kinds: readonly ClusterKindForm[],
    private readonly _presets: readonly IPreset[],
    private readonly _initial: IClusterDraft,
    private readonly _refused: Readonly<Record<string, string>>,
    private readonly _removePreset: (title: string) => Promise<void>,
    private readonly _trans: TranslationBundle,
  ) {
    super();
    this._draft = _initial;
    this.addClass('jp-covey-NewCluster');
  }

  getValue(): INewCluster {
    return { ...readDraft(this._kinds, this._draft, this._trans), saveAs: this._saveAs.trim() };
  }

  protected override render(): JSX.Element {
    const { _kinds: kinds, _presets: presets, _initial: initial, _refused: refused, _trans: trans } = this;
    return (
      <NewClusterForm
        {...{ kinds, presets, initial, refused, trans }}
        removePreset={this._removePreset}
        onChange={this._onChange}
      />
    );
  }

  private readonly _onChange = (draft: IClusterDraft, saveAs: string): void => {
    this._draft = draft;
    this._saveAs = saveAs;
  };
}

/**
 * Asks until it is right, or taken back.
 * @param refused what was wrong with an earlier try, by the field's name.
 */
export async function askForCluster(
  kinds: readonly ClusterKindForm[],
  presets: IPresets,
  initial: IClusterDraft,
  refused: Readonly<Record<string, string>>,
  trans: TranslationBundle,
): Promise<INewCluster | undefined> {
  const isKnown = kinds.some(({ name }) => name === initial.kind);
  let draft = isKnown ? initial : { ...initial, kind: kinds[0]?.name ?? '', values: {} };
  let problems = refused;
  for (;;) {
    const dialog = new Dialog<INewCluster>({
      title: trans.__('New cluster'),
      body: new NewClusterBody(kinds, presets.presets, draft, problems, (title) => presets.remove(title), trans),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Start') })],
      focusNodeSelector: Object.keys(problems).length === 0 ? '#jp-covey-kind' : '[aria-invalid="true"]',
    });
    dialog.addClass('jp-covey-NewClusterDialog');
    const { button, value } = await dialog.launch();
    if (!button.accept || value === null) return undefined;
    if (Object.keys(value.problems).length === 0) return value;
    ({ draft, problems } = value);
  }
}
