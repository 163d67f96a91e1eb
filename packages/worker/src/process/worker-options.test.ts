import { readConfig } from './worker-options.js';

const identity = { name: 'alice', scheduler: 'ws://127.0.0.1:1', secret: 'x', memoryLimit: 1000 };

it('fills in the defaults', () => {
  const config = readConfig(identity, {}, '/thread.cjs');
  expect(config).toMatchObject({
    name: 'alice',
    nanny: undefined,
    resources: {},
    cancelGraceMs: 200,
    deathTimeoutMs: 60_000,
  });
  expect(config).toMatchObject({ threadHeapBytes: 700, threadEntry: '/thread.cjs', moduleRoot: null });
  expect(config.nthreads).toBeGreaterThan(0);
  expect(readConfig({ ...identity, memoryLimit: 0 }, {}, '').threadHeapBytes).toBeUndefined();
});

it.each([
  [{ nthreads: 0 }, 'nthreads'],
  [{ nthreads: 1.5 }, 'nthreads'],
  [{ deathTimeoutMs: -1 }, 'deathTimeoutMs'],
  [{ logLevel: 'loud' as 'info' }, 'logLevel'],
  [{ pauseFraction: 0 }, 'pauseFraction'],
  [{ pauseFraction: NaN }, 'pauseFraction'],
])('refuses %j by name', (options, name) => {
  expect(() => readConfig(identity, options, '')).toThrow(name);
});
