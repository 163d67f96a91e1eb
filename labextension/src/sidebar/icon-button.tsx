/** A button with an icon for a face; its label is its title and its name. */
import * as React from 'react';
import type { LabIcon } from '@jupyterlab/ui-components';

interface IIconButtonProps {
  readonly icon: LabIcon;
  readonly label: string;
  readonly onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
  readonly isEnabled?: boolean;
  /** It opens a menu. */
  readonly isMenu?: boolean;
  readonly action: string;
}

export function IconButton({ icon, label, onClick, isEnabled, isMenu, action }: IIconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className="jp-covey-IconButton"
      data-action={action}
      title={label}
      aria-label={label}
      aria-haspopup={isMenu === true ? 'menu' : undefined}
      disabled={isEnabled === false}
      onClick={onClick}
    >
      <icon.react tag="span" className="jp-covey-IconButton-icon" />
    </button>
  );
}
