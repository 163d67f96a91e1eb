import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from './version.js';

test('the version is that of the package', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'));
  expect(version).toBe(manifest.version);
});
