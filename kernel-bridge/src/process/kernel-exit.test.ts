import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { kernelEntry, kernelNodeFlags } from '../entry.js';
import { freePorts } from '../testing/free-ports.js';
import { KernelClient, printed } from '../testing/kernel-client.js';

/** Every way out closes the sockets first: those that are open when a process exits abort it. */
test.each([
  ['a cell that calls process.exit', (kernel: KernelClient) => void kernel.submit('process.exit(3)'), 3],
  [
    'a timer that calls process.exit',
    (kernel: KernelClient) => void kernel.submit('setTimeout(() => process.exit(4), 1)'),
    4,
  ],
  ['SIGTERM', (kernel: KernelClient) => void kernel.process.kill('SIGTERM'), 0],
  ['shutdown', (kernel: KernelClient) => void kernel.send('control', 'shutdown_request', { restart: true }), 0],
])('%s ends the kernel in order', async (_, end, status) => {
  const kernel = await KernelClient.start();
  end(kernel);
  expect(await kernel.exited()).toBe(status);
  kernel.release();
});

test('a cell that calls process.exit is answered, with what ended the kernel, and where', async () => {
  const kernel = await KernelClient.start();
  const id = kernel.submit("console.log('bye');\nprocess.exit(3)");
  const { reply, outputs } = await kernel.finished(id);
  const evalue = 'process.exit(3) was called, and ended the kernel.';
  expect(reply).toMatchObject({ status: 'error', ename: 'KernelEnded', evalue });
  expect(stripVTControlCharacters((reply['traceback'] as string[]).join('\n'))).toMatch(
    /> {3}2 \| process\.exit\(3\)[^]*at cell-1\.ts:2$/,
  );
  expect(printed(outputs)).toBe('bye\n');
  await kernel.exited();
  kernel.release();
});

test('a timer that ends the kernel says so under its cell', async () => {
  const kernel = await KernelClient.start();
  const id = kernel.submit('setTimeout(() => process.exit(4), 1)');
  await kernel.exited();
  expect(printed(kernel.about(id), 'stderr')).toContain('process.exit(4) was called');
  kernel.release();
});

test('a cell that runs when a signal ends the kernel says by which', async () => {
  const kernel = await KernelClient.start();
  const id = kernel.submit("console.log('on'); await new Promise(() => {})");
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  kernel.process.kill('SIGTERM');
  expect((await kernel.reply(id))['evalue']).toBe('The kernel was told to end by SIGTERM while this cell ran.');
  await kernel.exited();
  kernel.release();
});

test('no cell takes the kernel’s own listeners away', async () => {
  const kernel = await KernelClient.start();
  await kernel.execute(
    "process.on('exit', () => {}); for (const listener of process.listeners('exit')) process.off('exit', listener); process.removeAllListeners()",
  );
  const id = kernel.submit("setTimeout(() => { throw new Error('stray') }, 1)");
  await kernel.waitFor(() => printed(kernel.about(id), 'stderr').includes('stray'));
  kernel.process.kill('SIGTERM');
  expect(await kernel.exited()).toBe(0);
  kernel.release();
});

test('who is told to end before it has begun ends in order', async () => {
  // From before its sockets are bound until after: whatever is under way then comes to its end first.
  for (let delayMs = 100; delayMs <= 500; delayMs += 50) {
    const kernel = KernelClient.launch(await freePorts(5));
    await delay(delayMs);
    kernel.process.kill('SIGTERM');
    // By the signal itself while Node is still starting.
    expect([0, 'SIGTERM']).toContain(await kernel.exited());
    kernel.release();
  }
});

test.each([
  ['before its kernel’s first moment', 'process.kill(process.pid, "SIGKILL")'],
  ['while its kernel starts', 'setTimeout(() => process.kill(process.pid, "SIGKILL"), 50)'],
  ['while its kernel runs', 'setTimeout(() => process.kill(process.pid, "SIGKILL"), 1500)'],
])('a starter that dies %s leaves no kernel', async (_, die) => {
  const folder = mkdtempSync(join(tmpdir(), 'covey-starter-'));
  const [shell_port, control_port, stdin_port, iopub_port, hb_port] = await freePorts(5);
  const file = join(folder, 'connection.json');
  const ports = { shell_port, control_port, stdin_port, iopub_port, hb_port };
  writeFileSync(
    file,
    JSON.stringify({ ...ports, transport: 'tcp', ip: '127.0.0.1', key: 'k', signature_scheme: 'hmac-sha256' }),
  );
  const args = JSON.stringify([...kernelNodeFlags, kernelEntry(), file]);
  const starting = `
    const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
    require('node:child_process').spawn(process.execPath, ${args}, { env, stdio: ['ignore', 'ignore', 'ignore', 3] });
    ${die};`;
  const starter = spawn(process.execPath, ['-e', starting], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  // The other end is held by the kernel as long as that lives.
  await once((starter.stdio[3] as Readable).resume(), 'close');
  expect(starter.signalCode).toBe('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('a kernel that can’t have its ports says so, and ends', async () => {
  const ports = await freePorts(5);
  const taken = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => taken.listen(ports[3], '127.0.0.1', resolve));
  const kernel = KernelClient.launch(ports);
  expect(await kernel.exited()).toBe(1);
  expect(kernel.log).toContain('Address already in use');
  kernel.release();
  await new Promise((resolve) => taken.close(resolve));
});

test('a busy loop does not outlive shutdown', async () => {
  const kernel = await KernelClient.start();
  const id = kernel.submit("console.log('on'); while (true) {}");
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  expect(await kernel.request('control', 'shutdown_request', { restart: false })).toMatchObject({ status: 'ok' });
  expect(await kernel.exited()).toBe(0);
  kernel.release();
});
