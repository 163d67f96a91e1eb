import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalDirectory } from './local-directory.js';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'covey-base-'));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const file = (name: string, text: string) => ({ name, content: Buffer.from(text), hash: text });

it('is a folder for its owner only, in one that it makes if need be, and goes with what is in it', () => {
  const directory = new LocalDirectory(join(base, 'deep', 'er'));
  expect(statSync(directory.path).mode & 0o777).toBe(0o700);
  expect(statSync(join(base, 'deep', 'er')).mode & 0o777).toBe(0o700);
  const path = directory.save(file('a.txt', 'one'));
  expect(readFileSync(path, 'utf8')).toBe('one');
  expect(directory.save(file('a.txt', 'two'))).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readdirSync(directory.path)).toEqual(['a.txt']);
  directory.remove();
  expect(existsSync(directory.path)).toBe(false);
});

it.each(['../a', 'a/b', '..', '.', ''])('takes no file named %j', (name) => {
  const directory = new LocalDirectory(base);
  expect(() => directory.save(file(name, 'x'))).toThrow("can't be named");
});

it('refuses a base that is no folder', () => {
  writeFileSync(join(base, 'file'), '');
  expect(() => new LocalDirectory(join(base, 'file'))).toThrow();
});

it('removes what workers that are no more left on this host, and nothing else', () => {
  const host = hostname().replace(/[^\w-]/g, '-');
  const mine = new LocalDirectory(base);
  const names = [
    `worker-${host}-999999999-abc123`,
    `worker-elsewhere-999999999-abc123`,
    `worker-${host}-1-abc123`,
    'notes',
  ];
  for (const name of names) mkdirSync(join(base, name));
  mine.purgeStale();
  expect(readdirSync(base).sort()).toEqual([...names.slice(1), mine.path.slice(base.length + 1)].sort());
});
