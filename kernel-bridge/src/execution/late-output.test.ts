import { KernelClient, printed } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

/** Runs a cell and another one after it, then waits until the first one has printed something. */
async function printedLater(code: string, text: string, name = 'stdout'): Promise<string> {
  const id = kernel.submit(code);
  await kernel.finished(id);
  const next = kernel.submit("globalThis.go?.(); console.log('of the next cell')");
  await kernel.waitFor(() => printed(kernel.about(id), name).includes(text));
  await kernel.finished(next);
  expect(printed(kernel.about(next), name)).not.toContain(text);
  return printed(kernel.about(id), name);
}

describe('what a cell started prints under this cell, whatever runs meanwhile', () => {
  test.each([
    ['a timer', "globalThis.go = undefined; setTimeout(() => console.log('late'), 30)"],
    ['an immediate', "setImmediate(() => setImmediate(() => console.log('late')))"],
    [
      'a timer of node:timers',
      "import { setTimeout as after } from 'node:timers'; after(() => console.log('late'), 30)",
    ],
    [
      'an async function that sleeps',
      "const nap = (ms: number) => new Promise((r) => setTimeout(r, ms)); void (async () => { for (let i = 0; i < 3; i++) { await nap(10); await null } console.log('late') })()",
    ],
    [
      'an async function that sleeps by node:timers/promises',
      "import { setTimeout as sleep } from 'node:timers/promises'; void (async () => { for (let i = 0; i < 3; i++) await sleep(10); console.log('late') })()",
    ],
  ])('%s', async (_, code) => {
    expect(await printedLater(code, 'late')).toContain('late\n');
  });

  test('also while another cell waits, which keeps its own output', async () => {
    const first = kernel.submit("const timer = setInterval(() => console.log('tick'), 5)");
    await kernel.finished(first);
    const second = await kernel.execute(
      "for (let i = 0; i < 5; i++) { await new Promise((r) => setTimeout(r, 8)); console.log('mine') } clearInterval(timer)",
    );
    expect(printed(second.outputs)).toBe('mine\n'.repeat(5));
    expect(printed(kernel.about(first))).toContain('tick\n');
  });
});

describe('errors of what a cell started are shown under this cell', () => {
  test.each([
    ['in a timer', "setTimeout(() => { throw new Error('stray') }, 30)", 'stray'],
    [
      'a rejection',
      "void (async () => { await new Promise((r) => setTimeout(r, 30)); throw new Error('lost') })()",
      'lost',
    ],
    [
      'in a callback of a socket',
      "import { createServer, connect } from 'node:net'; const server = createServer(() => { server.close(); throw new Error('of a callback') }); await new Promise<void>((r) => server.listen(0, r)); globalThis.go = () => void connect((server.address() as any).port).on('error', () => {}).resume()",
      'of a callback',
    ],
  ])('%s', async (_, code, text) => {
    const said = await printedLater(code, text, 'stderr');
    expect(said).toMatch(/cell-\d+\.ts:1/);
    expect(said).not.toMatch(/kernel\.cjs|node:internal/);
    await kernel.execute('globalThis.go = undefined');
  });
});
