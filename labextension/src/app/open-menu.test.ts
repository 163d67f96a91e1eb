import type { Menu } from '@lumino/widgets';
import { FakeSignal } from '../testing/fake-signal.js';
import { openMenu } from './open-menu.js';

class FakeMenu {
  readonly aboutToClose = new FakeSignal<void>();
  readonly items: { submenu: FakeMenu | null }[];
  isDisposed = false;
  place: readonly number[] = [];

  constructor(...submenus: FakeMenu[]) {
    this.items = [{ submenu: null }, ...submenus.map((submenu) => ({ submenu }))];
  }

  open(...place: number[]): void {
    this.place = place;
  }

  dispose(): void {
    this.isDisposed = true;
  }
}

test('a menu opens under its button, which has the focus again before what was chosen is run', async () => {
  const done: string[] = [];
  const button = {
    focus: () => done.push('focus'),
    getBoundingClientRect: () => ({ left: 10, bottom: 30 }),
  } as unknown as HTMLElement;
  const plots = new FakeMenu();
  const menu = new FakeMenu(plots);
  openMenu(menu as unknown as Menu, button);
  expect(menu.place).toEqual([10, 30]);
  menu.aboutToClose.emit();
  done.push('run');
  expect([menu.isDisposed, done]).toEqual([false, ['focus', 'run']]);
  await new Promise((resolve) => setTimeout(resolve));
  expect([menu.isDisposed, plots.isDisposed]).toEqual([true, true]);
});
