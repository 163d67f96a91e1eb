/** Published datasets: values with futures in them, held under a name for whoever comes, also after the client that published them has left. */
import type { TaskHold } from '../coordination/item.js';
import { DatasetError } from '@covey/protocol';

export interface Dataset {
  readonly hold: TaskHold;
  readonly value: Uint8Array;
}

export class Datasets {
  readonly #datasets = new Map<string, Dataset>();

  /** @throws {DatasetError} when the name is taken; with `override` it is replaced. */
  publish(name: string, dataset: Dataset, override: boolean): void {
    const before = this.#datasets.get(name);
    if (before !== undefined && !override) {
      throw new DatasetError(`the dataset '${name}' is published already; publish with override to replace it`);
    }
    this.#datasets.set(name, dataset);
    before?.hold.release();
  }

  get(name: string): Dataset | undefined {
    return this.#datasets.get(name);
  }

  has(name: string): boolean {
    return this.#datasets.has(name);
  }

  names(): readonly string[] {
    return [...this.#datasets.keys()].sort();
  }

  /** @throws {DatasetError} when there is none of that name. */
  unpublish(name: string): void {
    const dataset = this.#datasets.get(name);
    if (dataset === undefined) throw new DatasetError(`there is no dataset '${name}'`);
    this.#datasets.delete(name);
    dataset.hold.release();
  }

  /** Unpublishes all. */
  clear(): void {
    for (const name of this.names()) this.unpublish(name);
  }
}
