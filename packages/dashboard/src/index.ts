/**
 * Live plots of a cluster, alike in a browser tab and in JupyterLab, and the feed that fills them.
 */
export { plainTranslator } from './context.js';
export type { Panel, PanelContext, TaskReference, ThemeSignal, Translator } from './context.js';
export { feedOf } from './feed/cluster-feed.js';
export type { ClusterFeed } from './feed/cluster-feed.js';
export type { FigureSource } from './feed/figure-source.js';
export { HttpFigureSource, TokenRefusedError } from './feed/http-figure-source.js';
export { panels } from './panels/all-panels.js';
export type { PanelDescription, PanelId } from './panels/all-panels.js';
