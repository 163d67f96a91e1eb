/**
 * Live plots of a cluster, alike in a browser tab and in JupyterLab, and the feed that fills them.
 */
export type { FigureSource } from './feed/figure-source.js';
