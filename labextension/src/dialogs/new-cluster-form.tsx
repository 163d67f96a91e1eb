/** The form of a new cluster: the kind, a name, the kind's own fields, and what was saved of earlier ones. */
import * as React from 'react';
import type { ClusterKindForm } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import { failureText } from '../app/failure-text.js';
import { idleField, isStoppedByUs, nameField, readDraft, WHOLE_FORM } from './cluster-draft.js';
import type { IClusterDraft, IPreset } from './cluster-draft.js';
import { FormFieldView } from './form-field.js';
import { Select } from './select.js';

interface IFormProps {
  readonly kinds: readonly ClusterKindForm[];
  readonly presets: readonly IPreset[];
  readonly initial: IClusterDraft;
  /** Takes a preset away for good. */
  readonly removePreset: (title: string) => Promise<void>;
  /** What the cluster's kind said against an earlier try, by the field's name. */
  readonly refused: Readonly<Record<string, string>>;
  readonly trans: TranslationBundle;
  readonly onChange: (draft: IClusterDraft, saveAs: string) => void;
}

export function NewClusterForm(props: IFormProps): JSX.Element {
  const { kinds, initial, refused, trans, onChange } = props;
  const [draft, setDraft] = React.useState(initial);
  const [presets, setPresets] = React.useState(props.presets);
  const [preset, setPreset] = React.useState('');
  const [failed, setFailed] = React.useState<string>();
  const [saveAs, setSaveAs] = React.useState('');
  const [touched, setTouched] = React.useState<ReadonlySet<string>>(new Set());
  React.useEffect(() => onChange(draft, saveAs), [draft, saveAs, onChange]);
  const presetSelect = React.useRef<HTMLSelectElement>(null);
  const kindSelect = React.useRef<HTMLSelectElement>(null);
  const form = kinds.find(({ name }) => name === draft.kind);
  const { problems } = readDraft(kinds, draft, trans);
  const problemOf = (name: string): string | undefined => (touched.has(name) ? problems[name] : refused[name]);
  const setField = (name: string, change: Partial<IClusterDraft>): void => {
    setTouched(new Set(touched).add(name));
    setDraft({ ...draft, ...change });
  };
  const setValue = (name: string, value: string): void =>
    setField(name, { values: { ...draft.values, [name]: value } });
  const whole = failed ?? refused[WHOLE_FORM];
  return (
    <div className="jp-covey-Form">
      {whole === undefined ? null : (
        <div className="jp-covey-Field-problem" role="alert">
          {whole}
        </div>
      )}
      {presets.length === 0 ? null : (
        <div className="jp-covey-Field">
          <label htmlFor="jp-covey-preset">{trans.__('Preset')}</label>
          <div className="jp-covey-Field-row">
            <Select
              id="jp-covey-preset"
              elementRef={presetSelect}
              value={preset}
              onChange={({ target }) => {
                setPreset(target.value);
                const chosen = presets.find(({ title }) => title === target.value);
                if (chosen !== undefined) setDraft(chosen.draft);
              }}
            >
              <option value="">{trans.__('none')}</option>
              {presets.map(({ title }) => (
                <option key={title}>{title}</option>
              ))}
            </Select>
            <button
              type="button"
              className="jp-covey-Button"
              aria-label={trans.__('Delete the preset')}
              disabled={preset === ''}
              onClick={() => {
                props.removePreset(preset).then(
                  () => {
                    const others = presets.filter(({ title }) => title !== preset);
                    setPresets(others);
                    setPreset('');
                    // The button goes: who uses the keyboard would be left outside of the dialog.
                    (others.length > 0 ? presetSelect : kindSelect).current?.focus();
                  },
                  (error: unknown) => setFailed(failureText(error, trans)),
                );
              }}
            >
              {trans.__('Delete')}
            </button>
          </div>
        </div>
      )}
      <div className="jp-covey-Field">
        <label htmlFor="jp-covey-kind">{trans.__('Kind')}</label>
        <Select
          id="jp-covey-kind"
          elementRef={kindSelect}
          value={draft.kind}
          aria-describedby="jp-covey-kind-help"
          onChange={(event) => setDraft({ ...draft, kind: event.target.value, values: {} })}
        >
          {kinds.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </Select>
        <div id="jp-covey-kind-help" className="jp-covey-Field-help">
          {form?.summary}
        </div>
      </div>
      <FormFieldView
        field={nameField(trans)}
        value={draft.name}
        problem={problemOf('name')}
        onChange={(_, name) => setField('name', { name })}
        trans={trans}
      />
      {(form?.fields ?? []).map((field) => (
        <FormFieldView
          key={`${draft.kind}/${field.name}`}
          field={field}
          value={draft.values[field.name] ?? ''}
          problem={problemOf(field.name)}
          onChange={setValue}
          trans={trans}
        />
      ))}
      {isStoppedByUs(form) ? (
        <FormFieldView
          field={idleField(trans)}
          value={draft.idleMinutes}
          problem={problemOf('idleMinutes')}
          onChange={(_, idleMinutes) => setField('idleMinutes', { idleMinutes })}
          trans={trans}
        />
      ) : null}
      <div className="jp-covey-Field">
        <label htmlFor="jp-covey-save">{trans.__('Save as preset')}</label>
        <input
          id="jp-covey-save"
          className="jp-mod-styled"
          type="text"
          value={saveAs}
          placeholder={trans.__('not saved')}
          onChange={(event) => setSaveAs(event.target.value)}
        />
      </div>
    </div>
  );
}
