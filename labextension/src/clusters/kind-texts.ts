/**
 * The kinds of clusters in the user's language. Kinds come from the manager as data, with texts in English: those that are
 * known here are told by their names, so that catalogues can hold them; of others the given text is shown.
 */
import type { ClusterKindForm, FormField } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';

type FieldTexts = Pick<FormField, 'label' | 'help' | 'defaultMeans'>;

interface IKindTexts extends Pick<ClusterKindForm, 'label' | 'summary'> {
  /** By the field's name. */
  readonly fields: Readonly<Record<string, FieldTexts>>;
}

export function translateForms(forms: readonly ClusterKindForm[], trans: TranslationBundle): ClusterKindForm[] {
  return forms.map((form) => {
    const texts = textsOf(form.name, trans);
    if (texts === undefined) return form;
    const { label, summary } = texts;
    return { ...form, label, summary, fields: form.fields.map((field) => ({ ...field, ...texts.fields[field.name] })) };
  });
}

/** As a list of clusters shows it. */
export function kindLabel(kind: string, trans: TranslationBundle): string {
  return textsOf(kind, trans)?.label ?? kind;
}

function textsOf(kind: string, trans: TranslationBundle): IKindTexts | undefined {
  switch (kind) {
    case 'local':
      return localTexts(trans);
    case 'address':
      return addressTexts(trans);
    default:
      return undefined;
  }
}

function localTexts(trans: TranslationBundle): IKindTexts {
  return {
    label: trans.__('Local'),
    summary: trans.__('Processes on this machine.'),
    fields: {
      workers: {
        label: trans.__('Workers'),
        help: trans.__('Worker processes.'),
        defaultMeans: trans.__('one for each processor up to four, then fewer'),
      },
      threadsPerWorker: {
        label: trans.__('Threads of each worker'),
        help: trans.__('How many tasks a worker runs at a time.'),
        defaultMeans: trans.__('processors, shared among the workers'),
      },
      memoryLimit: {
        label: trans.__('Memory of each worker'),
        help: trans.__('Such as 4 GiB; near it, a worker moves results to disk.'),
        defaultMeans: trans.__('an equal share'),
      },
      resources: {
        label: trans.__('Resources of each worker'),
        help: trans.__('Such as gpu=1: what tasks may ask for.'),
        defaultMeans: trans.__('none'),
      },
      protocol: {
        label: trans.__('Protocol'),
        help: trans.__('How processes talk: Unix sockets, TCP, or TLS.'),
        defaultMeans: trans.__('unix, or ws when a host or port is given'),
      },
      host: {
        label: trans.__('Interface'),
        help: trans.__('The interface to listen on, for ws and wss.'),
        defaultMeans: '127.0.0.1',
      },
      port: {
        label: trans.__('Port'),
        help: trans.__("The scheduler's port, for ws and wss."),
        defaultMeans: trans.__('any that is free'),
      },
      localDirectory: {
        label: trans.__('Folder'),
        help: trans.__('Where workers keep files.'),
        defaultMeans: trans.__("the system's folder for temporary files"),
      },
      execArgv: {
        label: trans.__('Node options'),
        help: trans.__('Options of Node for the workers.'),
        defaultMeans: trans.__('none'),
      },
    },
  };
}

function addressTexts(trans: TranslationBundle): IKindTexts {
  return {
    label: trans.__('Existing address'),
    summary: trans.__('A cluster that was started elsewhere.'),
    fields: {
      address: {
        label: trans.__('Address'),
        help: trans.__('Where its scheduler listens, such as wss://host:8786.'),
        defaultMeans: '',
      },
      secretFile: {
        label: trans.__('File of the secret'),
        help: trans.__('The file that its scheduler wrote, readable by you alone.'),
        defaultMeans: trans.__('that of the settings or the environment'),
      },
    },
  };
}
