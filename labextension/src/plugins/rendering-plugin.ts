import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { rendererFactory } from '../rendering/display-renderer.js';
import { ICovey } from '../tokens.js';

/** Before HTML, which is for front ends without this extension. */
const RANK = 0;

/** Futures, executors and clusters under cells, alive. */
export const renderingPlugin: JupyterFrontEndPlugin<void> = {
  id: '@covey/labextension:rendering',
  description: 'Futures, executors and clusters in the output of cells.',
  autoStart: true,
  requires: [ICovey, IRenderMimeRegistry],
  activate: ({ commands }: JupyterFrontEnd, covey: ICovey, registry: IRenderMimeRegistry) => {
    registry.addFactory(rendererFactory({ covey, commands }), RANK);
    covey.displays.areDrawn = true;
  },
};
