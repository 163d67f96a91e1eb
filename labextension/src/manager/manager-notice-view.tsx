/** The manager's state in words, with the button that changes it. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ManagerKernel } from './manager-kernel.js';
import { managerNotice } from './manager-notice.js';
import { isAway } from './manager-state.js';
import type { ManagerState } from './manager-state.js';

interface INoticeProps {
  readonly state: ManagerState;
  readonly trans: TranslationBundle;
  readonly start: () => void;
}

export function ManagerNotice({ state, trans, start }: INoticeProps): JSX.Element | null {
  const notice = managerNotice(state, trans);
  if (notice === undefined) return null;
  const { lines, code, reason, action, isBusy } = notice;
  return (
    <div className="jp-covey-Notice" role={isBusy === true || state.status === 'stopped' ? 'status' : 'alert'}>
      <p>
        {isBusy === true ? <span className="jp-covey-Spinner" aria-hidden="true" /> : null}
        {lines[0]}
      </p>
      {reason === undefined ? null : <p className="jp-covey-Notice-reason">{reason}</p>}
      {lines.slice(1).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {code === undefined ? null : <pre tabIndex={0}>{code}</pre>}
      {action === undefined ? null : (
        <button type="button" className="jp-covey-Button jp-covey-Button-accent" onClick={start}>
          {action}
        </button>
      )}
    </div>
  );
}

/** The same above a plot: shown while the manager is away, and won't come by itself or soon. */
export class ManagerNoticeWidget extends ReactWidget {
  private readonly _remove: () => void;

  constructor(
    private readonly _manager: ManagerKernel,
    private readonly _start: () => void,
    private readonly _trans: TranslationBundle,
  ) {
    super();
    const changed = (): void => {
      this.setHidden(!isAway(_manager.state));
      this.update();
    };
    this._remove = _manager.stateChanged.add(changed);
    changed();
  }

  override dispose(): void {
    this._remove();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return <ManagerNotice state={this._manager.state} trans={this._trans} start={this._start} />;
  }
}
