import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { userDataFolder } from './data-folders.js';
import { InstallError } from './errors.js';
import { installKernel, kernelSpec, uninstallKernel } from './kernel-spec.js';

let prefix: string;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'covey-install-'));
});
afterEach(() => rmSync(prefix, { recursive: true, force: true }));

test('install writes a kernelspec that names absolute paths, with logos; uninstall takes it away', () => {
  const folder = installKernel({ prefix });
  expect(folder).toBe(join(prefix, 'share/jupyter/kernels/covey'));
  const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as ReturnType<typeof kernelSpec>;
  expect(spec).toMatchObject({ language: 'typescript', interrupt_mode: 'message', metadata: { debugger: true } });
  const [node = '', ...rest] = spec.argv;
  expect(isAbsolute(node)).toBe(true);
  expect(rest.at(-1)).toBe('{connection_file}');
  expect(existsSync(rest.at(-2) ?? '')).toBe(true);
  for (const logo of ['logo-64x64.png', 'logo-svg.svg']) expect(existsSync(join(folder, logo))).toBe(true);
  expect(uninstallKernel({ prefix })).toBe(folder);
  expect(existsSync(folder)).toBe(false);
  expect(uninstallKernel({ prefix })).toBeUndefined();
});

test('a kernel in the cache of npx is refused, with what to do instead', () => {
  expect(() => kernelSpec('/home/a/.npm/_npx/12/node_modules/@covey/kernel/bundle/kernel.cjs')).toThrow(/npm install/);
});

test('a folder that can’t be written is said so', () => {
  const file = join(prefix, 'file');
  writeFileSync(file, '');
  expect(() => installKernel({ prefix: file })).toThrow(InstallError);
});

test.each([
  [{ JUPYTER_DATA_DIR: '/d' }, 'linux' as const, '/d'],
  [{ XDG_DATA_HOME: '/x' }, 'linux' as const, '/x/jupyter'],
  [{ XDG_DATA_HOME: '' }, 'linux' as const, join(homedir(), '.local/share/jupyter')],
  [{}, 'darwin' as const, join(homedir(), 'Library/Jupyter')],
])('the user’s folder by %j on %s is %s', (environment, platform, expected) => {
  expect(userDataFolder(environment, platform)).toBe(expected);
});
