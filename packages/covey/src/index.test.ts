import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as deploy from '@covey/deploy';
import * as executor from '@covey/executor';
import * as functions from '@covey/functions';
import * as protocol from '@covey/protocol';
import * as worker from '@covey/worker';
import * as covey from './index.js';

/** For the packages of Covey, and for those who write tools; programs have no use for them. */
const forTools: Readonly<Record<string, readonly string[]>> = {
  protocol: ['defineError', 'formatAddress', 'LOG_LEVELS', 'parseAddress', 'PROTOCOL_VERSION'],
  functions: [
    ...[
      'captureFunction',
      'ChunkWriter',
      'decode',
      'decodeAsync',
      'encode',
      'FunctionRuntime',
      'functionsErrorKinds',
      'hashArguments',
      'keyOfCall',
    ],
    'ModuleRuntime',
  ],
  deploy: ['Configuration'],
  worker: ['notInTaskKind'],
};

test.each(Object.entries({ deploy, executor, functions, protocol, worker }))(
  'what %s has for users is in covey',
  (name, exported) => {
    const missing = Object.keys(exported).filter((key) => !(key in covey) && !(forTools[name] ?? []).includes(key));
    expect(missing).toEqual([]);
  },
);

test('the executor of covey is an executor, and finds clusters by name', async () => {
  expect(covey.Executor.prototype).toBeInstanceOf(executor.Executor);
  const home = mkdtempSync(join(tmpdir(), 'covey-'));
  const before = process.env['COVEY_HOME'];
  process.env['COVEY_HOME'] = home;
  try {
    await expect(covey.Executor.connect('no-such-cluster')).rejects.toThrow(covey.ClusterNotFoundError);
  } finally {
    if (before === undefined) delete process.env['COVEY_HOME'];
    else process.env['COVEY_HOME'] = before;
    rmSync(home, { recursive: true });
  }
});

test('a resolve of one’s own is asked instead', async () => {
  const asked: (string | undefined)[] = [];
  const resolve = (target: string | undefined) => {
    asked.push(target);
    return Promise.reject(new Error('not today'));
  };
  await expect(covey.Executor.connect('sums', { resolve })).rejects.toThrow('not today');
  await expect(covey.Executor.connect(undefined, { resolve })).rejects.toThrow('not today');
  expect(asked).toEqual(['sums', undefined]);
});

test('the package holds the command', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
    bin: Record<string, string>;
    files: string[];
  };
  expect(manifest.bin).toEqual({ covey: 'bin/covey.mjs' });
  expect(manifest.files).toContain('bin');
  expect(readFileSync(join(__dirname, '..', manifest.bin['covey'] ?? ''), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});
