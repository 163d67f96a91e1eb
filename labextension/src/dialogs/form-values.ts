/**
 * What a person typed into a kind's form, made into the options that start a cluster. Knows neither JupyterLab nor the
 * DOM. An empty field is an absent option: the kind's own default holds.
 */
import type { ClusterKindForm, FormField } from '@covey/protocol/bridge';

/** By the field's name; a boolean is `true`, `false` or empty. */
export type FormValues = Readonly<Record<string, string>>;

export interface IFormResult {
  readonly options: Readonly<Record<string, unknown>>;
  /** What is wrong, by the field's name. */
  readonly problems: Readonly<Record<string, string>>;
}

/** What is wrong with a value, for people; the view translates it. */
export type Complaint = (field: FormField) => string;

export interface IComplaints {
  readonly required: Complaint;
  readonly integer: Complaint;
  readonly number: Complaint;
  readonly range: Complaint;
  readonly memory: Complaint;
  readonly resources: Complaint;
}

export function readForm(form: ClusterKindForm, values: FormValues, complaints: IComplaints): IFormResult {
  const options: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of form.fields) {
    const text = (values[field.name] ?? '').trim();
    if (text === '') {
      if (field.isRequired) problems[field.name] = complaints.required(field);
      continue;
    }
    const read = readField(field, text, complaints);
    if ('problem' in read) problems[field.name] = read.problem;
    else options[field.name] = read.value;
  }
  return { options, problems };
}

type Read = { readonly value: unknown } | { readonly problem: string };

function readField(field: FormField, text: string, complaints: IComplaints): Read {
  switch (field.type) {
    case 'text':
    case 'choice':
    case 'duration':
      return { value: text };
    case 'boolean':
      return { value: text === 'true' };
    case 'list':
      return { value: text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])) };
    case 'memory':
      return /^\d+(\.\d+)?\s*([kmgt]i?b?|b)?$/i.test(text) ? { value: text } : { problem: complaints.memory(field) };
    case 'resources':
      return readResources(field, text, complaints);
    case 'integer':
    case 'number':
      return readNumber(field, text, complaints);
  }
}

function readNumber(field: FormField, text: string, complaints: IComplaints): Read {
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: complaints.number(field) };
  if (field.type === 'integer' && !Number.isInteger(value)) return { problem: complaints.integer(field) };
  if (value < (field.minimum ?? -Infinity) || value > (field.maximum ?? Infinity)) {
    return { problem: complaints.range(field) };
  }
  return { value };
}

/** `gpu=1, memory=4`. */
function readResources(field: FormField, text: string, complaints: IComplaints): Read {
  const pairs = text.split(',').map((part) => part.split('='));
  const isRight = pairs.every(
    ([name = '', amount = '', ...rest]) =>
      rest.length === 0 && name.trim() !== '' && amount.trim() !== '' && Number.isFinite(Number(amount)),
  );
  if (!isRight) return { problem: complaints.resources(field) };
  return { value: Object.fromEntries(pairs.map(([name = '', amount]) => [name.trim(), Number(amount)])) };
}
