/** The form of a new cluster: the kind, a name, the kind's own fields, and what was saved of earlier ones. */
import * as React from 'react';
import type { ClusterKindForm, FormField } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import { FormFieldView } from './form-field.js';
import { readForm } from './form-values.js';
import type { FormValues, IComplaints } from './form-values.js';

/** What a person chose, as it is saved and as it is filled in again. */
export interface IClusterDraft {
  readonly kind: string;
  readonly name: string;
  /** Minutes without work after which it stops; empty for never. */
  readonly idleMinutes: string;
  readonly values: FormValues;
}

export interface IPreset {
  readonly title: string;
  readonly draft: IClusterDraft;
}

export interface IDraftResult {
  readonly draft: IClusterDraft;
  readonly options: Readonly<Record<string, unknown>>;
  readonly idleTimeoutMs: number | undefined;
  /** What is wrong, by the field's name. */
  readonly problems: Readonly<Record<string, string>>;
}

const idleField = (trans: TranslationBundle): FormField => ({
  name: 'idleMinutes',
  label: trans.__('Stop when idle'),
  help: trans.__('Minutes without work or clients after which the cluster stops by itself'),
  defaultMeans: trans.__('never'),
  type: 'number',
  isRequired: false,
  minimum: 0,
});

/** Reads a draft by its kind's form. */
export function readDraft(
  kinds: readonly ClusterKindForm[],
  draft: IClusterDraft,
  trans: TranslationBundle,
): IDraftResult {
  const form = kinds.find(({ name }) => name === draft.kind);
  const complaints = complaintsIn(trans);
  const own = form === undefined ? { options: {}, problems: {} } : readForm(form, draft.values, complaints);
  const idle = readForm(
    { name: '', label: '', summary: '', fields: [idleField(trans)] },
    { idleMinutes: draft.idleMinutes },
    complaints,
  );
  const minutes = idle.options['idleMinutes'];
  const problems: Record<string, string> = { ...own.problems, ...idle.problems };
  return {
    draft,
    options: own.options,
    idleTimeoutMs: typeof minutes === 'number' ? Math.round(minutes * 60_000) : undefined,
    problems,
  };
}

function complaintsIn(trans: TranslationBundle): IComplaints {
  return {
    required: () => trans.__('This is needed.'),
    integer: () => trans.__('A whole number, please.'),
    number: () => trans.__('A number, please.'),
    range: ({ minimum, maximum }) =>
      maximum === undefined
        ? trans.__('At least %1, please.', minimum ?? '')
        : trans.__('From %1 to %2, please.', minimum ?? '', maximum),
    memory: () => trans.__('An amount such as 512 MB or 4 GiB, please.'),
    resources: () => trans.__('Names with amounts, such as gpu=1, please.'),
  };
}

interface IFormProps {
  readonly kinds: readonly ClusterKindForm[];
  readonly presets: readonly IPreset[];
  readonly initial: IClusterDraft;
  /** What the cluster's kind said against an earlier try, by the field's name. */
  readonly refused: Readonly<Record<string, string>>;
  readonly trans: TranslationBundle;
  readonly onChange: (draft: IClusterDraft, saveAs: string) => void;
}

export function NewClusterForm({ kinds, presets, initial, refused, trans, onChange }: IFormProps): JSX.Element {
  const [draft, setDraft] = React.useState(initial);
  const [saveAs, setSaveAs] = React.useState('');
  const [touched, setTouched] = React.useState<ReadonlySet<string>>(new Set());
  React.useEffect(() => onChange(draft, saveAs), [draft, saveAs, onChange]);
  const form = kinds.find(({ name }) => name === draft.kind);
  const { problems } = readDraft(kinds, draft, trans);
  const problemOf = (name: string): string | undefined => (touched.has(name) ? problems[name] : refused[name]);
  const setValue = (name: string, value: string): void => {
    setTouched(new Set(touched).add(name));
    setDraft({ ...draft, values: { ...draft.values, [name]: value } });
  };
  return (
    <div className="jp-covey-Form">
      {presets.length === 0 ? null : (
        <div className="jp-covey-Field">
          <label htmlFor="jp-covey-preset">{trans.__('Preset')}</label>
          <select
            id="jp-covey-preset"
            className="jp-mod-styled"
            defaultValue=""
            onChange={(event) => {
              const preset = presets.find(({ title }) => title === event.target.value);
              if (preset !== undefined) setDraft(preset.draft);
            }}
          >
            <option value="">{trans.__('none')}</option>
            {presets.map(({ title }) => (
              <option key={title}>{title}</option>
            ))}
          </select>
        </div>
      )}
      <div className="jp-covey-Field">
        <label htmlFor="jp-covey-kind">{trans.__('Kind')}</label>
        <select
          id="jp-covey-kind"
          className="jp-mod-styled"
          value={draft.kind}
          aria-describedby="jp-covey-kind-help"
          onChange={(event) => setDraft({ ...draft, kind: event.target.value, values: {} })}
        >
          {kinds.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <div id="jp-covey-kind-help" className="jp-covey-Field-help">
          {form?.summary}
        </div>
      </div>
      <div className="jp-covey-Field">
        <label htmlFor="jp-covey-name">{trans.__('Name')}</label>
        <input
          id="jp-covey-name"
          className="jp-mod-styled"
          type="text"
          value={draft.name}
          placeholder={trans.__('chosen by itself')}
          aria-describedby="jp-covey-name-help"
          onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        />
        <div id="jp-covey-name-help" className="jp-covey-Field-help">
          {trans.__('By which notebooks and programs connect: Executor.connect(name)')}
        </div>
      </div>
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
      <FormFieldView
        field={idleField(trans)}
        value={draft.idleMinutes}
        problem={problems['idleMinutes']}
        onChange={(_, idleMinutes) => setDraft({ ...draft, idleMinutes })}
        trans={trans}
      />
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
