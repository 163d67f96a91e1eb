/**
 * Who wants to hear of changes. Stores use it in place of Lumino's signals, so that they run, and are tested, without
 * JupyterLab.
 */
export class Listeners<T> {
  private readonly _listeners = new Set<(value: T) => void>();

  /** @returns ends it. */
  add(listener: (value: T) => void): () => void {
    const own = (value: T): void => listener(value);
    this._listeners.add(own);
    return () => this._listeners.delete(own);
  }

  emit(value: T): void {
    for (const listener of [...this._listeners]) listener(value);
  }
}
