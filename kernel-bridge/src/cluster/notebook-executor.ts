/**
 * The `executor` of the notebook: connected at the first cell that names it, to the cluster that was chosen, else to a new local
 * one, which ends with the kernel. The cell that connects says which, and why. A cluster that was named and doesn't run is an
 * error, never another cluster.
 */
import type { ModuleImporter } from '../cells/module-importer.js';
import type { NotebookScope } from '../cells/notebook-scope.js';
import type { ChosenCluster, ClusterChoice } from './cluster-choice.js';
import { isExecutor, loadCovey } from './covey-package.js';
import type { CoveyPackage, ExecutorLike, FoundCluster } from './covey-package.js';

export interface NotebookExecutorOptions {
  readonly scope: NotebookScope;
  readonly importer: ModuleImporter;
  readonly choice: ClusterChoice;
  /** Says a line under the cell that runs. */
  readonly say: (line: string) => void;
}

/** The cluster in use. */
export interface UsedCluster {
  /** Null while nothing is connected and no cluster was chosen: the first use decides. */
  readonly cluster: string | null;
  readonly reason: string;
}

const VARIABLE = 'executor';

export class NotebookExecutor {
  readonly #options: NotebookExecutorOptions;
  #connected: { readonly executor: ExecutorLike; readonly cluster: string; readonly reason: string } | undefined;
  #connecting: Promise<ExecutorLike> | undefined;

  constructor(options: NotebookExecutorOptions) {
    this.#options = options;
    options.scope.provideWhenNamed(VARIABLE, () => this.#connect());
  }

  /** What `executor` means in cells now: the user's own, if a cell declared one; connects the kernel's if there is none yet. */
  async current(): Promise<ExecutorLike> {
    const { scope } = this.#options;
    const own = scope.isProvided(VARIABLE) ? undefined : scope.variables[VARIABLE];
    return isExecutor(own) ? own : this.#connect();
  }

  get used(): UsedCluster {
    const chosen = this.#options.choice.chosen;
    if (this.#connected !== undefined) return this.#connected;
    return { cluster: chosen?.name ?? null, reason: chosen?.why ?? 'nothing was run on a cluster yet' };
  }

  /**
   * Connects `executor` to the cluster of this name from now on; null: to what the notebook and the settings say. Futures of
   * the executor before stay what they are: it is not closed.
   *
   * @throws when no cluster of this name runs; nothing has changed then.
   */
  async use(name: string | null): Promise<void> {
    const { choice, importer } = this.#options;
    const before = choice.chosen;
    if (name !== null) {
      const covey = await loadCovey(importer);
      await find(covey, { name, why: 'it was chosen for this notebook' });
    }
    choice.use(name);
    if (this.#connected === undefined || choice.chosen?.name === before?.name) return;
    this.#connected = undefined;
    this.#connecting = undefined;
    // At once, since functions of older cells use `executor` without a cell's naming it.
    if (choice.chosen !== undefined) await this.#connect();
    else this.#provide();
  }

  /** The notebook's metadata as it is when a cell is run. */
  nameInNotebook(name: string | undefined): void {
    const { choice } = this.#options;
    const before = choice.chosen?.name;
    choice.nameInNotebook(name);
    if (this.#connected === undefined || choice.chosen === undefined || choice.chosen.name === before) return;
    if (choice.chosen.name === this.#connected.cluster) return;
    this.#connected = undefined;
    this.#connecting = undefined;
    this.#provide();
  }

  #provide(): void {
    const { scope } = this.#options;
    if (scope.isProvided(VARIABLE)) scope.provideWhenNamed(VARIABLE, () => this.#connect());
  }

  #connect(): Promise<ExecutorLike> {
    this.#connecting ??= this.#open().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async #open(): Promise<ExecutorLike> {
    const { importer, choice, scope, say } = this.#options;
    const covey = await loadCovey(importer);
    const found = await find(covey, choice.chosen);
    const executor = await covey.Executor.connect(undefined, { resolve: () => Promise.resolve(found) });
    const cluster = executor.clusterName ?? found.name ?? found.address;
    this.#connected = { executor, cluster, reason: found.why };
    if (scope.isProvided(VARIABLE)) scope.provide(VARIABLE, executor);
    say(`executor: the ${found.close === undefined ? '' : 'new local '}cluster '${cluster}', since ${found.why}\n`);
    return executor;
  }
}

/** @throws with who named the cluster, and a way to start it. */
async function find(covey: CoveyPackage, chosen: ChosenCluster | undefined): Promise<FoundCluster> {
  try {
    const found = await covey.resolveTarget(chosen?.name);
    if (found.close !== undefined) return { ...found, why: 'no cluster was named; it ends with the kernel' };
    return chosen === undefined ? found : { ...found, why: chosen.why };
  } catch (error) {
    if (!(error instanceof Error) || (error as { code?: unknown }).code !== 'ERR_COVEY_CLUSTER_NOT_FOUND') throw error;
    const { name } = (error as { data?: { name?: string } }).data ?? {};
    const Class = error.constructor as new (message: string, options: object) => Error;
    const here = `or in a cell by: import { startCluster } from 'covey'; await startCluster({ name: '${name ?? ''}' })`;
    throw new Class(`${error.message}, ${here}${chosen === undefined ? '' : ` (${chosen.why})`}`, { data: { name } });
  }
}
