/** What a person chose for a new cluster, read by its kind's form. Knows neither JupyterLab nor the DOM. */
import { isClusterName } from '@covey/protocol/bridge';
import type { ClusterKindForm, FormField } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
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

/** Where a problem stands that is no field's. */
export const WHOLE_FORM = '';

export const nameField = (trans: TranslationBundle): FormField => ({
  name: 'name',
  label: trans.__('Name'),
  help: trans.__('By which notebooks and programs connect: Executor.connect(name)'),
  defaultMeans: trans.__('chosen by itself'),
  type: 'text',
  isRequired: false,
});

export const idleField = (trans: TranslationBundle): FormField => ({
  name: 'idleMinutes',
  label: trans.__('Stop when idle'),
  help: trans.__('Minutes without work or clients after which the cluster stops by itself'),
  defaultMeans: trans.__('never'),
  type: 'number',
  isRequired: false,
  minimum: 0,
});

/** What was started elsewhere isn't stopped when it is idle; nor is the field for that shown. */
export function isStoppedByUs(form: ClusterKindForm | undefined): boolean {
  return form?.isOwned !== false;
}

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
    { name: '', label: '', summary: '', fields: isStoppedByUs(form) ? [idleField(trans)] : [] },
    { idleMinutes: draft.idleMinutes },
    complaints,
  );
  const minutes = idle.options['idleMinutes'];
  const problems: Record<string, string> = { ...own.problems, ...idle.problems };
  const name = draft.name.trim();
  if (name !== '' && !isClusterName(name)) {
    problems['name'] = trans.__(
      'Letters, digits, dots, dashes and underscores, please: at most 63, a letter or digit first and last.',
    );
  }
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
