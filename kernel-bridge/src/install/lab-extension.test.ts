import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  installLabExtension,
  labExtensionFolder,
  labExtensionSource,
  labExtensionVersion,
  uninstallLabExtension,
} from './lab-extension.js';

let prefix: string;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'covey-install-'));
});
afterEach(() => rmSync(prefix, { recursive: true, force: true }));

test('the extension is put beside the kernels, over an older one, and says who put it there; without its package nothing is', () => {
  const folder = labExtensionFolder({ prefix });
  expect(folder).toBe(join(prefix, 'share/jupyter/labextensions/@covey/labextension'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'old'), '');
  const isBuilt = labExtensionSource() !== undefined;
  expect(installLabExtension({ prefix })).toBe(isBuilt ? folder : undefined);
  expect(existsSync(join(folder, 'old'))).toBe(!isBuilt);
  expect(labExtensionVersion(folder) !== undefined).toBe(isBuilt);
  if (isBuilt) {
    expect(JSON.parse(readFileSync(join(folder, 'install.json'), 'utf8'))).toMatchObject({ packageManager: 'npm' });
  }
  expect(uninstallLabExtension({ prefix })).toBe(folder);
  expect(uninstallLabExtension({ prefix })).toBeUndefined();
});

test('what is no extension has no version', () => {
  expect(labExtensionVersion(prefix)).toBeUndefined();
});
