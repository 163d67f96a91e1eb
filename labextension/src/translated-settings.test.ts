import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', 'schema');

test.each(readdirSync(folder))('the settings of %s are looked up in this extension’s catalogue', (file) => {
  const schema = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  expect(schema['jupyter.lab.internationalization']).toEqual({ domain: 'covey' });
});
