import { Configuration } from '../config/configuration.js';
import { ConfigurationError } from '../errors.js';
import { planLocalCluster } from './local-cluster-options.js';
import type { LocalClusterOptions } from './local-cluster-options.js';

const limits = { processors: 8, memory: 16e9 };
const plan = (options: LocalClusterOptions, environment: NodeJS.ProcessEnv = {}) =>
  planLocalCluster({ configuration: Configuration.read({ environment, file: '/nowhere' }), ...options }, limits);

test('by default workers and threads fill the host, and share its memory', () => {
  expect(plan({})).toMatchObject({
    workers: 4,
    threadsPerWorker: 2,
    memoryLimit: 4e9,
    protocol: 'unix',
    waitForWorkers: 0,
  });
});

test('options win over settings, settings over defaults', () => {
  const environment = { COVEY_LOCAL_WORKERS: '2', COVEY_LOCAL_MEMORY_LIMIT: '1GB' };
  expect(plan({}, environment)).toMatchObject({ workers: 2, threadsPerWorker: 4, memoryLimit: 1e9 });
  expect(plan({ workers: 1, memoryLimit: 0 }, environment)).toMatchObject({
    workers: 1,
    threadsPerWorker: 8,
    memoryLimit: 0,
  });
});

test.each([
  [{ memoryLimit: '2GiB' }, 2 ** 31],
  [{ memoryLimit: 3e9 }, 3e9],
  [{ memoryLimit: { part: 0.25 } }, 4e9],
  [{ memoryLimit: 'auto', workers: 2 }, 8e9],
])('%j is a limit of %j bytes', (options, bytes) => expect(plan(options).memoryLimit).toBe(bytes));

test.each<[object, string]>([
  [{ wrokers: 1 }, 'There is no option `wrokers`: LocalCluster.create takes name, workers'],
  [{ workers: -1 }, '`workers` must be a whole number from 0 to 100000, not -1'],
  [{ protocol: 'http' }, "`protocol` must be 'unix', 'ws' or 'wss', not 'http'"],
  [{ idleTimeoutMs: '5s' }, "`idleTimeoutMs` must be a positive number of milliseconds, not '5s'"],
  [{ environment: { A: 1 } }, "`environment` must be texts by name, not one with 1 under 'A'"],
  [{ waitForWorkers: 'some' }, '`waitForWorkers` must be'],
])('%j is refused', (options, message) => {
  expect(() => plan(options as LocalClusterOptions)).toThrow(ConfigurationError);
  expect(() => plan(options as LocalClusterOptions)).toThrow(message);
});

test('a host or port asks for TCP', () => {
  expect(plan({ port: 1234 })).toMatchObject({ protocol: 'ws', host: '127.0.0.1', port: 1234 });
  expect(plan({ host: '::1' })).toMatchObject({ protocol: 'ws', host: '::1', port: 0 });
});

test('no more workers are waited for than are started', () => {
  expect(plan({ workers: 2, waitForWorkers: 9 }).waitForWorkers).toBe(2);
  expect(plan({ workers: 2, waitForWorkers: 'all' }).waitForWorkers).toBe(2);
});

test('the scheduler may stay awake while a processor is left for it', () => {
  expect(plan({}).busyPoll).toBe(7);
  expect(plan({}, { COVEY_SCHEDULER_BUSY_POLL: '0' }).busyPoll).toBe(0);
});

test('each cluster gets a name of its own', () => {
  expect(plan({}).name).toMatch(/^[a-z]+-[a-z]+$/);
  expect(plan({ name: 'sums' }).name).toBe('sums');
});
