/**
 * What notebooks' kernels tell of the displays that they follow. A display that nobody tells of any more is as its notebook
 * keeps it.
 */
import type { ToldDisplay } from '@covey/protocol/bridge';
import { Listeners } from '../bridge/listeners.js';

interface ITold {
  /** Notebooks on one kernel are told of the same. */
  readonly tellers: Set<object>;
  display: ToldDisplay;
}

export class ToldDisplays {
  /** Of the display of that name there is something new. */
  readonly changed = new Listeners<string>();
  /** Somebody draws them: only then kernels leave notebooks alone. */
  areDrawn = false;
  private readonly _told = new Map<string, ITold>();

  tell(teller: object, display: ToldDisplay): void {
    const told = this._told.get(display.display);
    if (told === undefined) this._told.set(display.display, { tellers: new Set([teller]), display });
    else {
      told.tellers.add(teller);
      told.display = display;
    }
    this.changed.emit(display.display);
  }

  /** This teller tells no more. */
  forget(teller: object): void {
    for (const [name, { tellers }] of [...this._told]) {
      if (!tellers.delete(teller) || tellers.size > 0) continue;
      this._told.delete(name);
      this.changed.emit(name);
    }
  }

  of(name: string | undefined): ToldDisplay | undefined {
    return name === undefined ? undefined : this._told.get(name)?.display;
  }
}
