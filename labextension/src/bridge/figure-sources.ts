/** One source of figures for each cluster of this page, so that all who show a cluster share its pulls. */
import { BridgeFigureSource } from './figure-source.js';
import type { IClientDoor, InWords } from './figure-source.js';

export interface IUsedSource {
  readonly source: BridgeFigureSource;
  /** Calling it again does nothing. */
  readonly release: () => void;
}

export class FigureSources {
  private readonly _sources = new Map<string, { readonly source: BridgeFigureSource; users: number }>();

  constructor(
    private readonly _door: IClientDoor,
    private readonly _inWords: InWords,
  ) {}

  /** The source of a cluster: the same for all who use it at a time. */
  use(cluster: string): IUsedSource {
    let entry = this._sources.get(cluster);
    if (entry === undefined) {
      entry = { source: new BridgeFigureSource(cluster, this._door, this._inWords), users: 0 };
      this._sources.set(cluster, entry);
    }
    const used = entry;
    used.users += 1;
    let isOver = false;
    return {
      source: used.source,
      release: () => {
        if (isOver) return;
        isOver = true;
        used.users -= 1;
        if (used.users > 0) return;
        this._sources.delete(cluster);
        used.source.dispose();
      },
    };
  }
}
