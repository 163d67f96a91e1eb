import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLineLogger, Secret } from '@covey/protocol';
import { ClusterExistsError, ClusterNotFoundError, ConfigurationError, UnsafeFolderError } from '../errors.js';
import type { ProcessTable } from '../host/process-identity.js';
import { Registry } from './registry.js';

/** A machine whose processes live and die by a map of start times. */
class Machine implements ProcessTable {
  readonly host = 'machine';
  bootId = 'boot-1';
  readonly started = new Map<number, string>([[process.pid, '1000']]);
  startTimeOf(pid: number): string | undefined {
    return this.started.get(pid);
  }
}

let home: string;
let machine: Machine;
let lines: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'covey-registry-'));
  machine = new Machine();
  lines = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function open(): Registry {
  return new Registry({ home, processes: machine, logger: createLineLogger({ write: (line) => lines.push(line) }) });
}

const facts = (name: string) => ({ name, kind: 'local', address: 'unix:///tmp/x', secret: Secret.random() });

test('a cluster is found by its name, with its secret, by whoever opens the same folder', () => {
  const { secret } = facts('alpha');
  open().add({ ...facts('alpha'), secret, control: 'unix:///tmp/c', idleTimeoutMs: 5000 });
  const entry = open().get('alpha');
  expect(entry).toMatchObject({
    name: 'alpha',
    kind: 'local',
    address: 'unix:///tmp/x',
    control: 'unix:///tmp/c',
    idleTimeoutMs: 5000,
  });
  expect(open().secretOf(entry).equals(secret)).toBe(true);
});

test('its folder and files are closed to others, and no entry holds a secret', () => {
  const registry = open();
  const secret = Secret.random();
  registry.add({ ...facts('alpha'), secret });
  expect(statSync(registry.folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(registry.folder))
    expect(statSync(join(registry.folder, file)).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(registry.get('alpha'))).not.toContain(secret.reveal());
});

test('a folder that is open to others is refused', () => {
  const { folder } = open();
  chmodSync(folder, 0o755);
  expect(open).toThrow(UnsafeFolderError);
});

test('a name is given once', () => {
  const registry = open();
  registry.add(facts('alpha'));
  expect(() => registry.add(facts('alpha'))).toThrow(ClusterExistsError);
  expect(registry.list()).toHaveLength(1);
});

test('removing an entry leaves nothing, and may be repeated', () => {
  const registry = open();
  const entry = registry.add(facts('alpha'));
  registry.remove(entry);
  registry.remove(entry);
  expect(readdirSync(registry.folder)).toEqual([]);
});

test('removing an entry spares the one that took its name since', () => {
  const registry = open();
  const first = registry.add(facts('alpha'));
  registry.remove(first);
  const second = registry.add(facts('alpha'));
  registry.remove(first);
  expect(registry.get('alpha')).toEqual(second);
});

test.each([
  ['is gone', (m: Machine) => m.started.clear()],
  ['has given its id to another', (m: Machine) => m.started.set(process.pid, '2000')],
  ['was of an earlier boot', (m: Machine) => (m.bootId = 'boot-2')],
])('an entry whose owner %s is removed with its secret, and its name is free', (_, happen) => {
  const registry = open();
  const entry = registry.add(facts('alpha'));
  happen(machine);
  expect(registry.list()).toEqual([]);
  expect(existsSync(entry.secretFile)).toBe(false);
  machine.started.set(process.pid, '3000');
  registry.add(facts('alpha'));
  expect(registry.list()).toHaveLength(1);
});

test('a name left by a dead owner can be taken without looking first', () => {
  open().add(facts('alpha'));
  machine.started.set(process.pid, '2000');
  expect(open().add(facts('alpha')).owner.startTime).toBe('2000');
});

test.each(['', '{', '[]', 'null', '{"format":1}', '{"format":99,"name":"bad"}', '\0\0\0'])(
  'a file of garbage %j is passed over with a warning',
  (text) => {
    const registry = open();
    registry.add(facts('good'));
    writeFileSync(join(registry.folder, 'bad.json'), text);
    mkdirSync(join(registry.folder, 'folder.json'));
    expect(registry.list().map(({ name }) => name)).toEqual(['good']);
    expect(lines.filter((line) => line.includes('passed over'))).toHaveLength(2);
    registry.add(facts('bad'));
    expect(registry.list().map(({ name }) => name)).toContain('bad');
  },
);

test('a missing name is an error that says what runs and how to start one', () => {
  const registry = open();
  registry.add(facts('alpha'));
  expect(() => registry.get('beta')).toThrow(ClusterNotFoundError);
  expect(() => registry.get('beta')).toThrow("running: 'alpha'); start it by 'covey clusters start beta'");
});

test.each(['', '../x', 'a/b', '.hidden', 'x'.repeat(64), 'ws://host:1', 'trailing-'])('%j is no name', (name) => {
  expect(() => open().find(name)).toThrow(ConfigurationError);
});
