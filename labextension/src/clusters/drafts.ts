/** The default cluster and the presets, in this extension's settings. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { JSONValue } from '@lumino/coreutils';
import type { IClusterDraft, IPreset } from '../dialogs/new-cluster-form.js';
import type { IDrafts } from './cluster-actions.js';

const NONE: IClusterDraft = { kind: 'local', name: '', idleMinutes: '', values: {} };

export class SettingsDrafts implements IDrafts {
  constructor(private readonly _settings: ISettingRegistry.ISettings | undefined) {}

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

  async save(title: string, draft: IClusterDraft): Promise<void> {
    const others = this.presets.filter((preset) => preset.title !== title);
    await this._settings?.set('presets', [...others, { title, draft }] as unknown as JSONValue);
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
