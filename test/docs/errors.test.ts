import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as covey from 'covey';
import { errorsPage } from './errors-page.js';

const root = join(__dirname, '../..');
const page = join(root, 'docs/errors.md');

/** What only travels between Covey's own parts, which make something else of it before anybody sees it. */
const internal = new Set(['RemoteRunError']);

/** Names and codes of all error classes in the sources of the packages. */
function declared(): { readonly names: string[]; readonly codes: string[] } {
  const files = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^[^/]+\/src\/.*(?<!\.test)\.ts$/.test(path) && !/\/(fixtures|testing)\//.test(path),
  );
  const sources = files.map((path) => readFileSync(join(root, 'packages', path), 'utf8'));
  const all = (pattern: RegExp) => [
    ...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1] ?? ''))),
  ];
  return {
    names: all(/^export class (\w+) extends (?:Covey|Functions)Error/gm).filter((name) => !internal.has(name)),
    codes: all(/^\s+(?:static override readonly code =|code:) '(ERR_COVEY\w+)'/gm),
  };
}

test('the page of errors says what the classes say', () => {
  const text = errorsPage(covey.errorKinds());
  if (process.env['COVEY_WRITE_DOCS'] === '1') writeFileSync(page, text);
  expect(readFileSync(page, 'utf8')).toBe(text);
});

test('every class of error is exported by covey and has its kind', () => {
  const { names, codes } = declared();
  const kinds = covey.errorKinds();
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => !(name in covey))).toEqual([]);
  expect(names.filter((name) => !kinds.some((kind) => kind.name === name))).toEqual([]);
  expect(codes.filter((code) => code !== 'ERR_COVEY_REMOTE_RUN' && !kinds.some((kind) => kind.code === code))).toEqual(
    [],
  );
});

test('kinds have codes and names of their own, and say something', () => {
  const kinds = covey.errorKinds();
  expect(new Set(kinds.map(({ code }) => code)).size).toBe(kinds.length);
  expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
  for (const { summary, remedy } of kinds) {
    expect(summary).toMatch(/^.{20,}\.$/);
    expect(remedy).toMatch(/^.{15,}\.$/);
  }
});
