/**
 * The executor that is there: connected at the first cell that names it, to the cluster that the notebook's user chose by
 * `COVEY_CLUSTER` or settings, else to a new local one, which ends with the kernel. `covey` says under the cell which.
 */
import type { ModuleImporter } from '../cells/module-importer.js';
import type { NotebookScope } from '../cells/notebook-scope.js';

/** The little of `covey` that is needed here: the notebook's copy of it, which may not be this kernel's. */
interface CoveyPackage {
  readonly Executor: { connect(): Promise<unknown> };
}

export function provideExecutor(scope: NotebookScope, importer: ModuleImporter): void {
  scope.provideWhenNamed('executor', async () => {
    const { Executor } = (await importer.load('covey')) as unknown as CoveyPackage;
    return Executor.connect();
  });
}
