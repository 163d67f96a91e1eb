import { delimiter } from 'node:path';
import { labEnvironment } from './jupyter-lab.js';

test('Jupyter finds the prefix first, and remembers there; what the user set stays', () => {
  const environment = labEnvironment('/p', { JUPYTER_PATH: '/theirs', HOME: '/home/a' });
  expect(environment).toEqual({
    HOME: '/home/a',
    JUPYTER_PATH: ['/p/share/jupyter', '/theirs'].join(delimiter),
    JUPYTERLAB_SETTINGS_DIR: '/p/lab/user-settings',
    JUPYTERLAB_WORKSPACES_DIR: '/p/lab/workspaces',
  });
  expect(labEnvironment('/p', {})['JUPYTER_PATH']).toBe('/p/share/jupyter');
});
