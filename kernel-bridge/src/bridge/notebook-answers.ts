/**
 * The main thread's side of the bridge: which cluster the notebook uses, and what became of the cells that were submitted.
 */
import type { SubmittedCell } from '@covey/protocol/bridge';
import type { NotebookExecutor } from '../cluster/notebook-executor.js';
import { BridgeRequestError } from './bridge-request-error.js';
import { failureOf } from './failures.js';
import { Params } from './params.js';
import type { CellChanged, NotebookAnswer, NotebookMethod, NotebookRequest } from './thread-messages.js';

export interface NotebookParts {
  readonly executor: Pick<NotebookExecutor, 'use' | 'used'>;
  readonly cells: {
    list(): readonly SubmittedCell[];
    cancel(cellId: string): void;
    onChange(listener: (cell: SubmittedCell) => void): () => void;
  };
  readonly say: (message: NotebookAnswer | CellChanged) => void;
}

export class NotebookAnswers {
  readonly #parts: NotebookParts;

  constructor(parts: NotebookParts) {
    this.#parts = parts;
    parts.cells.onChange((cell) => parts.say({ type: 'cell-changed', cell }));
  }

  async answer({ id, method, params }: NotebookRequest): Promise<void> {
    try {
      const result = await this.#answer(method, new Params(method, params));
      this.#parts.say({ type: 'notebook-answer', id, result });
    } catch (error) {
      this.#parts.say({ type: 'notebook-failure', id, error: failureOf(error) });
    }
  }

  async #answer(method: NotebookMethod, params: Params): Promise<unknown> {
    const { executor, cells } = this.#parts;
    switch (method) {
      case 'use':
        await executor.use(params.optionalText('cluster') ?? null);
        return null;
      case 'used': {
        const { cluster, reason } = executor.used;
        return { cluster, reason };
      }
      case 'submitted':
        return cells.list();
      case 'cancel-cell':
        cells.cancel(params.text('cellId'));
        return null;
      default:
        throw new BridgeRequestError(`there is no request '${String(method)}'`);
    }
  }
}
