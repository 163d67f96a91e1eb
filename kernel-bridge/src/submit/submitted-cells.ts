/**
 * Cells that run on the cluster: submits them, follows each until it is over, says under the cell what became of it, and gives
 * up what a cell submitted before when it is run again or deleted.
 */
import { constants, Script } from 'node:vm';
import type { CellOutput, CellPlace, SubmittedCell } from '@covey/protocol/bridge';
import type { ErrorReport, RequestId } from '../channel/messages.js';
import { addFrames } from '../cells/added-frames.js';
import type { ModuleImporter } from '../cells/module-importer.js';
import { NotebookScope } from '../cells/notebook-scope.js';
import { isFuture } from '../cluster/covey-package.js';
import type { ExecutorLike, FutureLike } from '../cluster/covey-package.js';
import type { NotebookExecutor } from '../cluster/notebook-executor.js';
import { bundleOf } from '../display/mime-bundle.js';
import type { Output } from '../execution/output.js';
import { CellRecords } from './cell-records.js';
import { collectSoon } from './collect-soon.js';
import { compileSubmitted, META } from './compile-submitted.js';

export interface SubmittedCellsOptions {
  readonly scope: NotebookScope;
  readonly importer: ModuleImporter;
  readonly executor: NotebookExecutor;
  readonly output: Output;
  readonly report: (error: unknown) => ErrorReport;
  /** Shows the state of a future under a cell, and keeps it up to date. */
  readonly show: (future: FutureLike, cell: RequestId) => void;
  /** Shows futures as they are now. */
  readonly refresh: () => void;
}

/** One cell, on its way to the cluster. */
export interface Submission {
  /** All of the cell's text; lines that aren't TypeScript are comments. */
  readonly source: string;
  readonly file: string;
  readonly request: RequestId;
  /** The front end's own id of the request. */
  readonly messageId: string;
  readonly place: MaybePlace;
  /** The variable for the future. */
  readonly name: string | undefined;
  /** The cell ends when its task does. */
  readonly waits: boolean;
}

/** What the front end calls the cell; without an id, nothing is known of its earlier runs. */
interface MaybePlace {
  readonly cellId: string | undefined;
  readonly notebook: string | undefined;
}

interface Followed {
  readonly cell: Omit<SubmittedCell, 'state'>;
  readonly request: RequestId;
  /** Held until it is over. */
  future: FutureLike | undefined;
  state: SubmittedCell['state'];
}

const CELLS_MAX = 1000;
/** Larger results are not brought here only to be shown. */
const SHOWN_BYTES_MAX = 1024 * 1024;
const CANCELLED = 'cancelled from the notebook';

export class SubmittedCells {
  readonly #options: SubmittedCellsOptions;
  /** By their places. */
  readonly #cells = new Map<string, Followed>();
  readonly #records = new CellRecords();
  readonly #listeners = new Set<(cell: SubmittedCell) => void>();

  constructor(options: SubmittedCellsOptions) {
    this.#options = options;
    options.output.hear((message) => this.#records.hear(message));
  }

  /** The last submission of each cell, oldest first. */
  list(): SubmittedCell[] {
    return [...this.#cells.values()].map(described);
  }

  /** Cancels what a cell submitted, if it isn't over. */
  cancel(place: CellPlace): void {
    this.#cells.get(keyOf(place))?.future?.cancel(CANCELLED);
  }

  /** What a submitted cell has shown so far; undefined when it is not kept. */
  outputOf(place: CellPlace): readonly CellOutput[] | undefined {
    const followed = this.#cells.get(keyOf(place));
    return followed === undefined ? undefined : this.#records.outputsOf(followed.request);
  }

  /**
   * A cell is run again, or deleted: nobody is to wait for a result that only it wanted. A task whose future a variable holds
   * goes on.
   */
  giveUp(place: MaybePlace | CellPlace): void {
    const key = keyOf(place);
    const left = this.#cells.get(key);
    if (left === undefined) return;
    this.#cells.delete(key);
    this.#records.forget(left.request);
    const { future } = left;
    left.future = undefined;
    left.state = 'left';
    if (future !== undefined) {
      if (left.cell.name === null) future.cancel('its cell was run again, or deleted');
      // Others may hold the same future: the collector knows, and lets the task go when nobody does.
      else collectSoon();
    }
    this.#tell(left);
  }

  /** Has `listener` told of each change of a cell's state; answers how to stop. */
  onChange(listener: (cell: SubmittedCell) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws what is wrong with the cell, or can't travel; the task's error if the cell waits for it. */
  async submit(submission: Submission): Promise<void> {
    const { request } = submission;
    this.#records.begin(request);
    let followed: Followed;
    try {
      followed = await this.#submit(submission);
    } catch (error) {
      this.#records.forget(request);
      throw error;
    }
    const { future } = followed;
    if (future === undefined) return;
    const over = this.#follow(followed, endOf(future), submission.waits);
    if (submission.waits) await over;
    else void over.catch((error: unknown) => this.#showError(request, error));
  }

  async #submit(submission: Submission): Promise<Followed> {
    const { scope, executor: notebookExecutor, show } = this.#options;
    const { name, request, messageId, file } = submission;
    const { cellId = file, notebook } = submission.place;
    const { code, imports } = compileSubmitted(submission.source, file, functionNameOf(submission), {
      isVariable: (variable) => scope.isVariable(variable),
      isUnknown: (variable) => scope.isUnknown(variable),
      refusal: (variable) => (scope.isProvided(variable) ? refusals[variable] : undefined),
    });
    const executor = await notebookExecutor.current();
    const script = new Script(code, {
      filename: file,
      lineOffset: -1,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const make = script.runInThisContext() as (variables: object, imports: object) => () => Promise<unknown>;
    const imported = await this.#import(imports, file);
    const fn = make(scope.variables, imported.variables);
    const future = submitted(executor, fn, `    at ${file}:1`);
    if (name !== undefined) {
      const replaced = Object.hasOwn(scope.variables, name) && isFuture(scope.variables[name]);
      scope.declare(name, future);
      if (replaced) collectSoon();
    }
    const cluster = executor.clusterName ?? executor.address;
    const place = { cellId, ...(notebook !== undefined && { notebook }) };
    const cell = { ...place, request: messageId, key: future.key, cluster, name: name ?? null };
    const followed: Followed = { cell, request, future, state: 'pending' };
    this.#remember(followed);
    show(future, request);
    return followed;
  }

  async #import(imports: ReturnType<typeof compileSubmitted>['imports'], file: string): Promise<NotebookScope> {
    const { importer } = this.#options;
    const imported = new NotebookScope();
    const { url, filename, dirname } = importer.meta;
    imported.declare(META, { url, filename, dirname });
    for (const { specifier, line, bound } of imports) {
      await importer.bind(specifier, bound, imported, () => `    at ${file}:${line}`);
    }
    return imported;
  }

  #remember(followed: Followed): void {
    this.#cells.set(keyOf(followed.cell), followed);
    const [oldest] = this.#cells.values();
    if (this.#cells.size > CELLS_MAX && oldest !== undefined) {
      this.#cells.delete(keyOf(oldest.cell));
      this.#records.forget(oldest.request);
    }
    this.#tell(followed);
  }

  /** Holds no future itself: one that nobody else holds any more is to be collected. */
  async #follow(followed: Followed, end: Promise<unknown>, waits: boolean): Promise<void> {
    const error = await end;
    const { future, cell } = followed;
    // Its cell was run again, and nobody wants to hear of this run any more.
    if (future === undefined) return;
    followed.state = stateOf(future.status);
    // Nobody else may hold it, and what it became is to be seen.
    this.#options.refresh();
    try {
      if (followed.state === 'done') {
        if (cell.name === null) await this.#showResult(followed, future);
      } else if (waits) {
        throw error;
      } else if (followed.state === 'erred' || followed.state === 'lost') {
        this.#showError(followed.request, error);
      }
    } finally {
      // A variable has it from now on, or nobody does.
      followed.future = undefined;
      this.#tell(followed);
    }
  }

  async #showResult({ request }: Followed, future: FutureLike): Promise<void> {
    if (future.type === 'undefined' || (future.nbytes ?? 0) > SHOWN_BYTES_MAX) return;
    const { data, metadata } = await bundleOf(await future.result());
    const content = { data, metadata };
    this.#options.output.say({ type: 'publish', id: request, kind: 'display_data', content });
  }

  #showError(id: RequestId, error: unknown): void {
    const { output, report } = this.#options;
    output.say({ type: 'publish', id, kind: 'error', content: { ...report(error) } });
  }

  #tell(followed: Followed): void {
    for (const listener of [...this.#listeners]) listener(described(followed));
  }
}

function keyOf({ cellId, notebook }: MaybePlace | CellPlace): string {
  return JSON.stringify([cellId, notebook]);
}

/** Names that stand for something which only the kernel can do. */
const refusals: Readonly<Record<string, string>> = {
  display: 'display shows nothing on a worker: return the value, or print it by console.log.',
  input: 'input has nobody to ask on a worker: ask in a cell before, and use the answer here.',
  prompt: 'prompt has nobody to ask on a worker: ask in a cell before, and use the answer here.',
};

/** @throws what can't travel, by the cell that it is. */
function submitted(executor: ExecutorLike, fn: () => Promise<unknown>, frames: string): FutureLike {
  try {
    return executor.with({ pure: false }).submit(fn);
  } catch (error) {
    throw addFrames(error, frames);
  }
}

function functionNameOf({ name, file }: Submission): string {
  return name ?? file.replace(/\.ts$/, '').replaceAll(/\W/g, '_');
}

/** Resolves with the error of the task when it is over; with nothing when it finished. */
function endOf(future: FutureLike): Promise<unknown> {
  // Rejects when the future is let go meanwhile.
  return future.exception().catch((error: unknown) => error);
}

function stateOf(status: string): SubmittedCell['state'] {
  switch (status) {
    case 'finished':
      return 'done';
    case 'error':
      return 'erred';
    case 'lost':
      return 'lost';
    case 'pending':
      return 'pending';
    default:
      return 'cancelled';
  }
}

function described({ cell, state }: Followed): SubmittedCell {
  return { ...cell, state };
}
