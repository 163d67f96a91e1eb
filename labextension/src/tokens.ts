/** What the plugins of this extension share. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { FigureSources } from './bridge/figure-sources.js';
import type { ClusterStore } from './clusters/cluster-store.js';
import type { ManagerKernel } from './manager/manager-kernel.js';
import type { ToldDisplays } from './rendering/told-displays.js';

export interface ICovey {
  readonly manager: ManagerKernel;
  readonly clusters: ClusterStore;
  readonly sources: FigureSources;
  readonly displays: ToldDisplays;
  readonly trans: TranslationBundle;
}

export const ICovey = new Token<ICovey>('@covey/labextension:ICovey', 'The clusters that this Jupyter server knows.');
