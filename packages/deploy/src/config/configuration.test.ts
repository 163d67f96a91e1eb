import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { Configuration, configurationFile } from './configuration.js';
import { environmentNameOf, flagOf, settingNames, settingOf } from './settings.js';
import { duration, integer, listOf, memoryLimit, resources, text, yesOrNo } from './value-kinds.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'covey-config-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(environment: NodeJS.ProcessEnv, content: string | undefined, explicit = {}): Configuration {
  const file = join(folder, 'config.json');
  if (content !== undefined) writeFileSync(file, content);
  return Configuration.read({ environment, file, explicit });
}

test('explicit values win over the environment, that over the file, that over the default', () => {
  const file = '{ "worker.nthreads": 2, "worker.death-timeout": "5s", "scheduler.port": 1 }';
  const configuration = read({ COVEY_WORKER_NTHREADS: '3', COVEY_SCHEDULER_PORT: '2' }, file, { 'scheduler.port': 3 });
  expect(configuration.get('scheduler.port')).toBe(3);
  expect(configuration.get('worker.nthreads')).toBe(3);
  expect(configuration.get('worker.death-timeout')).toBe(5000);
  expect(configuration.get('worker.nworkers')).toBe(1);
  expect(configuration.originOf('worker.nthreads')).toBe('COVEY_WORKER_NTHREADS');
  expect(configuration.originOf('worker.death-timeout')).toBe(join(folder, 'config.json'));
  expect(configuration.isSet('worker.nworkers')).toBe(false);
});

test('an empty variable and an undefined option say nothing', () => {
  const configuration = read({ COVEY_CLUSTER: '' }, undefined, { 'log-level': undefined });
  expect(configuration.get('cluster')).toBeUndefined();
  expect(configuration.get('log-level')).toBe('info');
});

test.each([
  [
    { COVEY_SCHEDULER_PORT: 'many' },
    undefined,
    'COVEY_SCHEDULER_PORT must be a whole number from 0 to 65535, not "many"',
  ],
  [{}, '{ "worker.nany": true }', "there is no setting 'worker.nany'"],
  [{}, '{ "worker.nanny": 3 }', "'worker.nanny' in"],
  [{}, '{', 'is not JSON'],
  [{}, '[]', 'must hold an object'],
])('what is wrong in %j and %j is told', (environment, content, message) => {
  expect(() => read(environment, content)).toThrow(ConfigurationError);
  expect(() => read(environment, content)).toThrow(message);
});

test("the user's file is where XDG has it, unless COVEY_CONFIG names another", () => {
  expect(configurationFile({ XDG_CONFIG_HOME: '/x' })).toBe('/x/covey/config.json');
  expect(configurationFile({ COVEY_CONFIG: '/y.json', XDG_CONFIG_HOME: '/x' })).toBe('/y.json');
});

test('names of variables and flags are made from the names of settings, and none is used twice', () => {
  expect(environmentNameOf('worker.memory-limit')).toBe('COVEY_WORKER_MEMORY_LIMIT');
  expect(flagOf('worker.memory-limit')).toBe('--memory-limit');
  expect(flagOf('tls.ca-file')).toBe('--tls-ca-file');
  expect(flagOf('log-level')).toBe('--log-level');
  expect(new Set(settingNames.map(environmentNameOf)).size).toBe(settingNames.length);
});

test.each(settingNames)('the default of %s is a value that its own text reads as', (name) => {
  const { kind, default: value, defaultMeans } = settingOf(name);
  if (value === undefined) expect(defaultMeans).toBeTruthy();
  else expect(kind.read(kind.write(value as never))).toEqual(value);
});

test.each([
  [duration(), '500ms', 500],
  [duration(), '30s', 30_000],
  [duration(), '5 min', 300_000],
  [duration(), '1.5h', 5_400_000],
  [duration(), '10', 10_000],
  [duration(), 0.25, 250],
  [memoryLimit(), '2GB', 2e9],
  [memoryLimit(), '512 MiB', 512 * 2 ** 20],
  [memoryLimit(), '4e9', 4e9],
  [memoryLimit(), 0.5, { part: 0.5 }],
  [memoryLimit(), '0.5', { part: 0.5 }],
  [memoryLimit(), 'auto', 'auto'],
  [memoryLimit(), 'none', 0],
  [memoryLimit(), '0', 0],
  [resources(), 'GPU=2 MEM=10e9', { GPU: 2, MEM: 10e9 }],
  [resources(), { GPU: 1 }, { GPU: 1 }],
  [listOf(text()), 'a, b c', ['a', 'b', 'c']],
  [listOf(integer(0)), ['1', 2], [1, 2]],
  [yesOrNo(), 'off', false],
])('%# %j reads as %j', (kind, written, value) => {
  expect(kind.read(written)).toEqual(value);
});

test.each([
  [duration(), 'soon'],
  [duration(), -1],
  [memoryLimit(), '8'],
  [memoryLimit(), '2XB'],
  [memoryLimit(), -1],
  [resources(), 'GPU'],
  [resources(), 'GPU=-1'],
  [resources(), 'GPU=much'],
  [integer(1), '0'],
  [integer(1), 1.5],
  [yesOrNo(), 'maybe'],
])('%# %j is refused', (kind, written) => {
  expect(() => kind.read(written)).toThrow(RangeError);
});
