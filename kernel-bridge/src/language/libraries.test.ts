import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { librariesOf } from './libraries.js';

const folder = dirname(createRequire(import.meta.url).resolve('typescript'));

test('the library is what the globals have, and TypeScript knows each part', () => {
  const older = librariesOf({ Object: {}, Set: class {}, Promise: class {} });
  expect(older).toContain('lib.es2023.d.ts');
  expect(older).not.toContain('lib.es2024.object.d.ts');
  const groupBy = (): object => ({});
  class SetWithUnion extends Set {
    union(): void {}
  }
  class Everything {
    static try = groupBy;
    static withResolvers = groupBy;
  }
  const newer = librariesOf({ Object: { groupBy }, Map: { groupBy }, Set: SetWithUnion, Promise: Everything });
  const added = newer.filter((library) => !older.includes(library));
  expect(added).toEqual([
    ...['lib.es2024.collection.d.ts', 'lib.es2024.object.d.ts', 'lib.es2024.promise.d.ts'],
    ...['lib.esnext.collection.d.ts', 'lib.esnext.promise.d.ts'],
  ]);
  for (const library of [...newer, ...librariesOf(globalThis)])
    expect([library, existsSync(join(folder, library))]).toEqual([library, true]);
});
