import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identifyProcess, isAlive, systemProcessTable } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

const table = systemProcessTable();

test('this process is alive, and is the same each time it is looked at', () => {
  const self = identifyProcess(table) as ProcessIdentity;
  expect(self.pid).toBe(process.pid);
  expect(identifyProcess(systemProcessTable())).toEqual(self);
  expect(isAlive(table, self)).toBe(true);
});

test('a process is dead when its id is free, another’s, or of another boot', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  const identity = identifyProcess(table, child.pid) as ProcessIdentity;
  expect(isAlive(table, identity)).toBe(true);
  expect(isAlive(table, { ...identity, startTime: '1' })).toBe(false);
  expect(isAlive(table, { ...identity, bootId: 'another' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(isAlive(table, identity)).toBe(false);
});

test('of processes on other hosts nothing is known', () => {
  const self = identifyProcess(table) as ProcessIdentity;
  expect(isAlive(table, { ...self, host: 'elsewhere' })).toBe('unknown');
});

test.each([0, -1, NaN, 2 ** 40])('%j is no process', (pid) => {
  expect(identifyProcess(table, pid)).toBeUndefined();
});
