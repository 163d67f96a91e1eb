import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { KernelClient, printed } from '../testing/kernel-client.js';
import { fatalWords } from './descriptors.js';

let kernel: KernelClient;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'covey-descriptors-'));
  const log = openSync(join(folder, 'log'), 'a');
  kernel = await KernelClient.start({ XDG_RUNTIME_DIR: folder }, undefined, log);
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

test('what children write stands in its place, before what the cell prints next', async () => {
  const { outputs } = await kernel.execute(`
    import { execSync, spawnSync, spawn } from 'node:child_process';
    console.log('one');
    execSync('echo two', { stdio: 'inherit' });
    console.log('three');
    spawnSync('sh', ['-c', 'echo four; echo error >&2'], { stdio: 'inherit' });
    console.log('five');
    await new Promise((resolve) => spawn('echo', ['six'], { stdio: 'inherit' }).once('exit', resolve));
    console.log('seven');`);
  expect(printed(outputs)).toBe('one\ntwo\nthree\nfour\nfive\nsix\nseven\n');
  expect(printed(outputs, 'stderr')).toBe('error\n');
});

test('native writes arrive while the cell runs, and before it is idle', async () => {
  const id = kernel.submit("require('node:fs').writeSync(1, 'native'); while (!globalThis.stop) {}");
  await kernel.waitFor(() => printed(kernel.about(id)).includes('native'));
  await kernel.request('control', 'interrupt_request', {});
  await kernel.finished(id);
  const { outputs } = await kernel.execute("require('node:fs').writeSync(2, 'last'); undefined");
  expect(printed(outputs, 'stderr')).toBe('last');
});

test('a flood of a child is heard at its beginning and end', async () => {
  const { outputs } = await kernel.execute("require('child_process').execSync('seq 3000000', { stdio: 'inherit' }); 0");
  const text = printed(outputs);
  expect(text.startsWith('1\n2\n3\n')).toBe(true);
  expect(text.endsWith('2999999\n3000000\n')).toBe(true);
  expect(text).toContain('MB of output were left out here');
  expect(text.length).toBeLessThan(2e6);
});

test('the kernel’s own log stays where it was', async () => {
  kernel.send('shell', 'no_such_request', {});
  await kernel.request('shell', 'kernel_info_request', {});
  expect(readFileSync(join(folder, 'log'), 'utf8')).toContain('no_such_request');
});

test('why a process was aborted is found in what it said last', () => {
  const text =
    '\n<--- Last few GCs --->\n\n\nFATAL ERROR: Reached heap limit Allocation failed\n----- Native stack trace -----\n';
  expect(fatalWords(text)).toBe('FATAL ERROR: Reached heap limit Allocation failed');
  expect(fatalWords('a warning of a child\n')).toBeUndefined();
});

test('a kernel that ends in order takes along what killed ones left long ago', async () => {
  const own = mkdtempSync(join(tmpdir(), 'covey-descriptors-'));
  const files = join(own, `covey-kernels-${userInfo().uid}`);
  mkdirSync(files, { mode: 0o700 });
  for (const name of ['old.out', 'young.err']) writeFileSync(join(files, name), 'last words');
  const weekAgo = Date.now() / 1000 - 8 * 24 * 3600;
  utimesSync(join(files, 'old.out'), weekAgo, weekAgo);
  const ending = await KernelClient.start({ XDG_RUNTIME_DIR: own }, undefined, openSync(join(own, 'log'), 'a'));
  expect(await ending.close()).toBe(0);
  expect(readdirSync(files)).toEqual(['young.err']);
  rmSync(own, { recursive: true });
});
