/** The default cluster and the presets, in this extension's settings. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { JSONValue } from '@lumino/coreutils';
import type { IClusterDraft, IPreset } from '../dialogs/cluster-draft.js';
import type { IDrafts } from './cluster-actions.js';

const NONE: IClusterDraft = { kind: 'local', name: '', idleMinutes: '', values: {} };

class NoSettingsError extends Error {
  readonly code = 'ERR_COVEY_NO_SETTINGS';

  constructor() {
    super('This JupyterLab keeps no settings.');
  }
}

export class SettingsDrafts implements IDrafts {
  /** @param _settings absent where JupyterLab has no settings: nothing is kept then. */
  constructor(private readonly _settings: Pick<ISettingRegistry.ISettings, 'get' | 'set'> | undefined) {}

  get presets(): readonly IPreset[] {
    const written: unknown = this._settings?.get('presets').composite;
    if (!Array.isArray(written)) return [];
    return written.flatMap((entry: unknown) => {
      if (!isRecord(entry) || typeof entry['title'] !== 'string') return [];
      return [{ title: entry['title'], draft: draftOf(entry['draft']) }];
    });
  }

  get initial(): IClusterDraft {
    return draftOf(this._settings?.get('defaultCluster').composite);
  }

  /** @throws when it can't be kept. */
  async save(title: string, draft: IClusterDraft): Promise<void> {
    if (this._settings === undefined) throw new NoSettingsError();
    await this._write([...this._without(title), { title, draft }]);
  }

  async remove(title: string): Promise<void> {
    await this._write(this._without(title));
  }

  private _without(title: string): readonly IPreset[] {
    return this.presets.filter((preset) => preset.title !== title);
  }

  private async _write(presets: readonly IPreset[]): Promise<void> {
    await this._settings?.set('presets', presets as unknown as JSONValue);
  }
}

/** What isn't as it should be is as if it were absent: people write settings by hand. */
function draftOf(written: unknown): IClusterDraft {
  if (!isRecord(written)) return NONE;
  const text = (name: string): string => {
    const value = written[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const values = isRecord(written['values']) ? written['values'] : {};
  return {
    kind: text('kind') || NONE.kind,
    name: text('name'),
    idleMinutes: text('idleMinutes'),
    values: Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
      ),
    ),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
