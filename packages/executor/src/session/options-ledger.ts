/** The sets of task options that the scheduler knows from this session: each distinct set is sent once. */
import { clientMessages } from '@covey/protocol/internal';
import type { OptionsId, TaskOptions } from '@covey/protocol/internal';

export class OptionsLedger {
  /** By object first (a view's options are one object), then by content. */
  readonly #byObject = new WeakMap<TaskOptions, OptionsId>();
  readonly #byContent = new Map<string, OptionsId>();
  #nextId = 1;

  use(out: unknown[], options: TaskOptions): OptionsId {
    let id = this.#byObject.get(options);
    if (id !== undefined) return id;
    const content = JSON.stringify(options, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
    id = this.#byContent.get(content);
    if (id === undefined) {
      id = this.#nextId++ as OptionsId;
      this.#byContent.set(content, id);
      clientMessages.options(out, id, options);
    }
    this.#byObject.set(options, id);
    return id;
  }
}
