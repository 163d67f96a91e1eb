/**
 * The main thread's side of the bridge: which cluster the notebook uses, and what became of the cells that were submitted.
 */
import type { CellOutput, CellPlace, SubmittedCell, ToldDisplay } from '@covey/protocol/bridge';
import type { NotebookExecutor } from '../cluster/notebook-executor.js';
import { BridgeRequestError } from './bridge-request-error.js';
import { failureOf } from './failures.js';
import { Params } from './params.js';
import type {
  CellChanged,
  DisplayChanged,
  NotebookAnswer,
  NotebookMethod,
  NotebookRequest,
} from './thread-messages.js';

export interface NotebookParts {
  readonly executor: Pick<NotebookExecutor, 'use' | 'used'>;
  readonly cells: {
    list(): readonly SubmittedCell[];
    cancel(place: CellPlace): void;
    giveUp(place: CellPlace): void;
    outputOf(place: CellPlace): readonly CellOutput[] | undefined;
    onChange(listener: (cell: SubmittedCell) => void): () => void;
  };
  readonly displays: { list(): readonly ToldDisplay[] };
  readonly say: (message: NotebookAnswer | CellChanged | DisplayChanged) => void;
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
    const { executor, cells, displays } = this.#parts;
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
        cells.cancel(placeIn(params));
        return null;
      case 'give-up':
        cells.giveUp(placeIn(params));
        return null;
      case 'cell-output':
        return cells.outputOf(placeIn(params)) ?? null;
      case 'displays':
        return displays.list();
      default:
        throw new BridgeRequestError(`there is no request '${String(method)}'`);
    }
  }
}

function placeIn(params: Params): CellPlace {
  const notebook = params.optionalText('notebook');
  return { cellId: params.text('cellId'), ...(notebook !== undefined && { notebook }) };
}
