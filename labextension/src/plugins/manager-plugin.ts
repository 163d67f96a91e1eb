import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { failureText } from '../app/failure-text.js';
import { FigureSources } from '../bridge/figure-sources.js';
import { ClusterStore } from '../clusters/cluster-store.js';
import { ManagerKernel } from '../manager/manager-kernel.js';
import { ToldDisplays } from '../rendering/told-displays.js';
import { ICovey } from '../tokens.js';

/** Holds the manager kernel and what it tells of clusters. */
export const managerPlugin: JupyterFrontEndPlugin<ICovey> = {
  id: '@covey/labextension:manager',
  description: 'Finds or starts the kernel that looks after clusters.',
  autoStart: true,
  provides: ICovey,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('covey');
    const manager = new ManagerKernel(app.serviceManager, trans.__('Covey manager'));
    const sources = new FigureSources(manager, (error) => failureText(error, trans));
    const clusters = new ClusterStore(sources);
    manager.stateChanged.add(({ status }) => {
      if (status === 'connected' && manager.client !== undefined) clusters.follow(manager.client);
    });
    let release: (() => void) | undefined;
    clusters.shown.changed.add((isShown) => {
      release?.();
      release = isShown ? manager.show() : undefined;
    });
    void app.restored.then(() => manager.lookFor());
    return { manager, clusters, sources, displays: new ToldDisplays(), trans };
  },
};
