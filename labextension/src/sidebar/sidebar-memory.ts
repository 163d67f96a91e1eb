/** What the sidebar remembers of how it was left: which clusters were opened or closed by hand, and the filter. */
import type { IStateDB } from '@jupyterlab/statedb';
import { Listeners } from '../bridge/listeners.js';

const KEY = '@covey/labextension:sidebar';
/** Names of clusters that are long gone are forgotten. */
const KEPT = 100;

export interface ISidebarLook {
  /** The latest last. */
  readonly toggled: readonly string[];
  readonly filter: string;
}

export class SidebarMemory {
  readonly changed = new Listeners<void>();
  private readonly _state: Pick<IStateDB, 'fetch' | 'save'> | undefined;
  private _look: ISidebarLook = { toggled: [], filter: '' };

  /** @param state absent where JupyterLab keeps none. */
  constructor(state: Pick<IStateDB, 'fetch' | 'save'> | undefined) {
    this._state = state;
    void this._restore();
  }

  get look(): ISidebarLook {
    return this._look;
  }

  toggle(name: string): void {
    const { toggled } = this._look;
    const others = toggled.filter((other) => other !== name);
    this._set({ ...this._look, toggled: others.length < toggled.length ? others : [...others, name].slice(-KEPT) });
  }

  filter(filter: string): void {
    this._set({ ...this._look, filter });
  }

  private _set(look: ISidebarLook): void {
    this._look = look;
    this.changed.emit();
    // Of a state that can't be kept, the page's own copy holds until it is closed.
    this._state?.save(KEY, { toggled: [...look.toggled], filter: look.filter }).catch(console.warn);
  }

  private async _restore(): Promise<void> {
    const before = this._look;
    const written: unknown = await this._state?.fetch(KEY);
    // What somebody did meanwhile counts.
    if (this._look !== before || typeof written !== 'object' || written === null) return;
    const { toggled, filter } = written as { toggled?: unknown; filter?: unknown };
    const names = Array.isArray(toggled) ? toggled.filter((name): name is string => typeof name === 'string') : [];
    this._look = { toggled: names, filter: typeof filter === 'string' ? filter : '' };
    this.changed.emit();
  }
}
