import { spawnSync } from 'node:child_process';
import { earlyFlag } from './warm-up.js';

test.each([
  ['11.3.244.8-node.38', '--interrupt-budget=20000'],
  ['12.4.254.21-node.57', undefined],
  ['13.6.233.17-node.63', undefined],
])('V8 %s is told by a flag that it has, or left alone', (version, flag) => {
  expect(earlyFlag(version)).toBe(flag);
});

test('this V8 has nothing to say against its flag', () => {
  const code = `require('node:v8').setFlagsFromString(${JSON.stringify(earlyFlag(process.versions.v8) ?? '')})`;
  expect(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stderr).toBe('');
});
