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

test('a cell that calls process.exit is answered', async () => {
  const kernel = await KernelClient.start();
  const id = kernel.submit("console.log('bye'); process.exit(0)");
  const { reply, outputs } = await kernel.finished(id);
  expect(reply).toMatchObject({ status: 'error', ename: 'KernelEnded' });
  expect(printed(outputs)).toBe('bye\n');
  await kernel.exited();
  kernel.release();
});

test('a busy loop does not outlive shutdown', async () => {
  const kernel = await KernelClient.start();
  const id = kernel.submit("console.log('on'); while (true) {}");
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  expect(await kernel.request('control', 'shutdown_request', { restart: false })).toMatchObject({ status: 'ok' });
  expect(await kernel.exited()).toBe(0);
  kernel.release();
});
