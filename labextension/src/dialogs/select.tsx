/** A choice from a list, with the mark that tells it from a field to write into: JupyterLab's style takes the browser's away. */
import * as React from 'react';
import { caretDownEmptyIcon } from '@jupyterlab/ui-components';

interface ISelectProps extends React.SelectHTMLAttributes<HTMLSelectElement> {
  readonly elementRef?: React.Ref<HTMLSelectElement>;
}

export function Select({ elementRef, children, ...props }: ISelectProps): JSX.Element {
  return (
    <div className="jp-covey-Select">
      <select className="jp-mod-styled" ref={elementRef} {...props}>
        {children}
      </select>
      <caretDownEmptyIcon.react tag="span" className="jp-covey-Select-mark" />
    </div>
  );
}
