/** The plugins, as JupyterLab finds them. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { clustersPlugin } from './plugins/clusters-plugin.js';
import { managerPlugin } from './plugins/manager-plugin.js';

const plugins: JupyterFrontEndPlugin<unknown>[] = [managerPlugin, clustersPlugin];

// JupyterLab reads the default export.
// eslint-disable-next-line no-restricted-syntax
export default plugins;
