/** Asks how many workers a cluster shall have: a number, or a range within which it follows the load. */
import * as React from 'react';
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';

export type Scale =
  | { readonly mode: 'fixed'; readonly workers: number }
  | { readonly mode: 'adaptive'; readonly minimum: number; readonly maximum: number };

class ScaleBody extends ReactWidget implements Dialog.IBodyWidget<Scale> {
  private _scale: Scale;

  constructor(
    scale: Scale,
    private readonly _trans: TranslationBundle,
  ) {
    super();
    this._scale = scale;
  }

  getValue(): Scale {
    return this._scale;
  }

  protected override render(): JSX.Element {
    return (
      <ScaleForm
        initial={this._scale}
        trans={this._trans}
        onChange={(scale) => {
          this._scale = scale;
        }}
      />
    );
  }
}

interface IScaleFormProps {
  readonly initial: Scale;
  readonly trans: TranslationBundle;
  readonly onChange: (scale: Scale) => void;
}

function ScaleForm({ initial, trans, onChange }: IScaleFormProps): JSX.Element {
  const [mode, setMode] = React.useState(initial.mode);
  const [workers, setWorkers] = React.useState(initial.mode === 'fixed' ? initial.workers : initial.minimum);
  const [minimum, setMinimum] = React.useState(initial.mode === 'adaptive' ? initial.minimum : 0);
  const [maximum, setMaximum] = React.useState(initial.mode === 'adaptive' ? initial.maximum : Math.max(1, workers));
  React.useEffect(
    () => onChange(mode === 'fixed' ? { mode, workers } : { mode, minimum, maximum }),
    [mode, workers, minimum, maximum, onChange],
  );
  return (
    <div className="jp-covey-Form">
      <fieldset className="jp-covey-Choice">
        <legend className="jp-covey-hidden">{trans.__('How many workers')}</legend>
        <label>
          <input type="radio" name="covey-scale" checked={mode === 'fixed'} onChange={() => setMode('fixed')} />
          {trans.__('A fixed number')}
        </label>
        <label>
          <input type="radio" name="covey-scale" checked={mode === 'adaptive'} onChange={() => setMode('adaptive')} />
          {trans.__('As many as the work asks for')}
        </label>
      </fieldset>
      {mode === 'fixed' ? (
        <CountField id="workers" label={trans.__('Workers')} value={workers} onChange={setWorkers} />
      ) : (
        <>
          <CountField
            id="minimum"
            label={trans.__('At least')}
            value={minimum}
            onChange={(value) => {
              setMinimum(value);
              setMaximum(Math.max(maximum, value, 1));
            }}
          />
          <CountField
            id="maximum"
            label={trans.__('At most')}
            value={maximum}
            onChange={(value) => {
              setMaximum(Math.max(1, value));
              setMinimum(Math.min(minimum, Math.max(1, value)));
            }}
          />
        </>
      )}
    </div>
  );
}

interface ICountFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function CountField({ id, label, value, onChange }: ICountFieldProps): JSX.Element {
  return (
    <div className="jp-covey-Field">
      <label htmlFor={`jp-covey-${id}`}>{label}</label>
      <input
        id={`jp-covey-${id}`}
        className="jp-mod-styled"
        type="number"
        min={0}
        step={1}
        value={value}
        onChange={(event) => onChange(Math.max(0, Math.trunc(Number(event.target.value))))}
      />
    </div>
  );
}

export async function askForScale(title: string, initial: Scale, trans: TranslationBundle): Promise<Scale | undefined> {
  const dialog = new Dialog<Scale>({
    title,
    body: new ScaleBody(initial, trans),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Scale') })],
    focusNodeSelector: 'input[type="number"]',
  });
  const { button, value } = await dialog.launch();
  return button.accept && value !== null ? value : undefined;
}
