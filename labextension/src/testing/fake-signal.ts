/** As Lumino's signals: slots are given the sender and what is told. */
export class FakeSignal<T> {
  private readonly _slots = new Set<(sender: unknown, value: T) => void>();

  connect(slot: (sender: unknown, value: T) => void): void {
    this._slots.add(slot);
  }

  disconnect(slot: (sender: unknown, value: T) => void): void {
    this._slots.delete(slot);
  }

  emit(value: T): void {
    for (const slot of [...this._slots]) slot(this, value);
  }
}
