/** The plugins, as JupyterLab finds them. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { clustersPlugin } from './plugins/clusters-plugin.js';
import { managerPlugin } from './plugins/manager-plugin.js';
import { notebookPlugin } from './plugins/notebook-plugin.js';
import { panelsPlugin } from './plugins/panels-plugin.js';
import { placesPlugin } from './plugins/places-plugin.js';
import { renderingPlugin } from './plugins/rendering-plugin.js';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  managerPlugin,
  clustersPlugin,
  notebookPlugin,
  panelsPlugin,
  placesPlugin,
  renderingPlugin,
];

// JupyterLab reads the default export.
// eslint-disable-next-line no-restricted-syntax
export default plugins;
