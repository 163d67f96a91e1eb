import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { Sandbox } from '../support/sandbox.js';
import { checkTypes, toJavaScript } from './check-types.js';
import { pages, readPage, root } from './pages.js';

const all = pages();
const snippets = all.flatMap((page) => page.snippets);

test('links lead somewhere', () => {
  const byPath = new Map(all.map((page) => [page.path, page]));
  const broken = all.flatMap(({ path, links }) =>
    links
      .filter(({ target }) => {
        if (/^[a-z]+:/.test(target)) return false;
        const [file = '', anchor] = target.split('#');
        const leadsTo = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(root, leadsTo))) return true;
        return anchor !== undefined && byPath.get(leadsTo)?.anchors.has(anchor) !== true;
      })
      .map(({ place, target }) => `${place}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('snippets compile', () => {
  expect(snippets.length).toBeGreaterThan(10);
  expect(checkTypes(new Map(snippets.map(({ place, code }) => [place, code])))).toEqual({});
});

describe('snippets run', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.expectNothingLeft());

  test.each(snippets.filter(({ runs }) => runs))('$place', async ({ code, prints }) => {
    const folder = join(sandbox.folder, 'config', 'program');
    mkdirSync(folder);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'main.mjs'), toJavaScript(code));
    const child = spawn(process.execPath, ['main.mjs'], {
      cwd: folder,
      env: sandbox.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    expect({ status, errors, output: output.trimEnd() }).toEqual({ status: 0, errors: '', output: prints.join('\n') });
  });
});

test('a page is read as it is meant', () => {
  const page = readPage(
    'a.md',
    [
      '# What `a` is',
      'See [b](b.md#more), not `[c](c.md)`.',
      '<!-- given',
      'declare const n: number;',
      '-->',
      '```ts runs',
      'console.log(n); // 1',
      '```',
      '```ts continues',
      'n + 1;',
      '```',
    ].join('\n'),
  );
  expect([...page.anchors]).toEqual(['what-a-is']);
  expect(page.links).toEqual([{ place: 'a.md:2', target: 'b.md#more' }]);
  expect(page.snippets).toEqual([
    { place: 'a.md:6', code: 'declare const n: number;\nconsole.log(n); // 1\n', runs: true, prints: ['1'] },
    {
      place: 'a.md:9',
      code: 'declare const n: number;\nconsole.log(n); // 1\nn + 1;\n',
      runs: false,
      prints: ['1'],
    },
  ]);
});
