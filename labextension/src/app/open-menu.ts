/** A menu under the button that opens it; the button has the focus again when it closes, so that a dialog gives it back there. */
import type { Menu } from '@lumino/widgets';

export function openMenu(menu: Menu, button: HTMLElement): void {
  menu.aboutToClose.connect(() => {
    button.focus();
    // The item that was chosen is run after the menu has closed.
    setTimeout(() => disposeWithSubmenus(menu));
  });
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom);
}

function disposeWithSubmenus(menu: Menu): void {
  for (const { submenu } of menu.items) if (submenu !== null) disposeWithSubmenus(submenu);
  menu.dispose();
}
