/**
 * The packages that JupyterLab shares with extensions, with every range opened to its major version: so that one build
 * loads in every JupyterLab 4.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** Packages of JupyterLab's own build and its plugins, which nobody imports. */
const notShared = /-extension$|core-meta$|metapackage$|buildutils$|testutils$|testing$|galata$/;

/** What `--core-package-file` of the builder reads. */
export function coreList() {
  const core = JSON.parse(readFileSync(require.resolve('@jupyterlab/core-meta/core.package.json'), 'utf8'));
  const ranges = Object.entries({ ...core.dependencies, ...core.resolutions })
    .filter(([name]) => !notShared.test(name))
    .map(([name, range]) => [name, `^${range.replace(/^[~^]/, '').split('.')[0]}.0.0`])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { singletonPackages } = core.jupyterlab;
  return {
    name: 'core-list',
    private: true,
    dependencies: Object.fromEntries(ranges),
    jupyterlab: { singletonPackages },
  };
}
