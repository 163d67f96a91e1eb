import { delimiter } from 'node:path';
import { labEnvironment } from './jupyter-lab.js';

const folders = { config: '/home/a/.jupyter', data: '/home/a/.local/share/jupyter' };

test('Jupyter finds the prefix first, then what is the user’s, and writes to the prefix alone', () => {
  const environment = labEnvironment('/p', { JUPYTER_PATH: '/theirs', HOME: '/home/a' }, folders);
  expect(environment).toEqual({
    HOME: '/home/a',
    JUPYTER_PATH: ['/p/share/jupyter', '/theirs', folders.data].join(delimiter),
    JUPYTER_CONFIG_PATH: folders.config,
    JUPYTER_CONFIG_DIR: '/p/lab/config',
    JUPYTER_DATA_DIR: '/p/lab/data',
    JUPYTER_RUNTIME_DIR: '/p/lab/runtime',
    JUPYTERLAB_SETTINGS_DIR: '/p/lab/user-settings',
    JUPYTERLAB_WORKSPACES_DIR: '/p/lab/workspaces',
  });
  const configured = labEnvironment('/p', { JUPYTER_CONFIG_PATH: '/site' }, folders);
  expect(configured['JUPYTER_CONFIG_PATH']).toBe(['/site', folders.config].join(delimiter));
  expect(configured['JUPYTER_PATH']).toBe(['/p/share/jupyter', folders.data].join(delimiter));
});
