/** One field of a form, with its label, help and what is wrong with it. */
import * as React from 'react';
import type { FormField } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Select } from './select.js';

interface IFieldProps {
  readonly field: FormField;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (name: string, value: string) => void;
  readonly trans: TranslationBundle;
}

export function FormFieldView({ field, value, problem, onChange, trans }: IFieldProps): JSX.Element {
  const id = `jp-covey-field-${field.name}`;
  const common = {
    id,
    value,
    'aria-describedby': `${id}-help`,
    'aria-invalid': problem !== undefined,
    'aria-required': field.isRequired,
  };
  const change = (event: React.ChangeEvent<HTMLInputElement | HTMLSelectElement>): void =>
    onChange(field.name, event.target.value);
  return (
    <div className="jp-covey-Field">
      <label htmlFor={id}>{field.label}</label>
      {field.type === 'choice' || field.type === 'boolean' ? (
        <Select {...common} onChange={change}>
          <option value="">{field.defaultMeans === '' ? trans.__('default') : field.defaultMeans}</option>
          {choicesOf(field, trans).map(({ choice, label }) => (
            <option key={choice} value={choice}>
              {label}
            </option>
          ))}
        </Select>
      ) : (
        <input className="jp-mod-styled" type="text" {...common} placeholder={field.defaultMeans} onChange={change} />
      )}
      <div id={`${id}-help`} className={problem === undefined ? 'jp-covey-Field-help' : 'jp-covey-Field-problem'}>
        {problem ?? field.help}
      </div>
    </div>
  );
}

function choicesOf(field: FormField, trans: TranslationBundle): { choice: string; label: string }[] {
  if (field.type === 'choice') return (field.choices ?? []).map((choice) => ({ choice, label: choice }));
  return [
    { choice: 'true', label: trans.__('yes') },
    { choice: 'false', label: trans.__('no') },
  ];
}
