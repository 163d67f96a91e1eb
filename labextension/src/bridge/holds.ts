/** Counts who wants something, and tells when the first comes and the last goes. */
import { Listeners } from './listeners.js';

export class Holds {
  readonly changed = new Listeners<boolean>();
  private _count = 0;

  get isHeld(): boolean {
    return this._count > 0;
  }

  /** @returns lets go; calling it again does nothing. */
  hold(): () => void {
    this._count += 1;
    if (this._count === 1) this.changed.emit(true);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this._count -= 1;
      if (this._count === 0) this.changed.emit(false);
    };
  }
}
