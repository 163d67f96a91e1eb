/** Ends code by force where Node keeps accounts of callbacks: its stack of async ids, its queue of immediates. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { KernelClient, printed, shown } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

/** Starts a cell, and interrupts it once it has said that it is on. */
const interrupted = async (code: string): Promise<unknown> => {
  const id = kernel.submit(code);
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  await kernel.request('control', 'interrupt_request', {});
  return (await kernel.finished(id)).reply['ename'];
};
const resultOf = async (code: string): Promise<string> =>
  stripVTControlCharacters(String(shown((await kernel.execute(code)).outputs, 'execute_result')[0]));

const forever = 'await new Promise(() => {})';
const loops = {
  'a loop of ticks':
    'process.nextTick(function f() { process.nextTick(f) }); await new Promise((resolve) => setTimeout(resolve))',
  'a loop of microtasks':
    'queueMicrotask(function f() { queueMicrotask(f) }); await new Promise((resolve) => setTimeout(resolve))',
  'a busy tick': `process.nextTick(() => { while (true) {} }); ${forever}`,
  'a busy AsyncResource': 'new AsyncResource("X").runInAsyncScope(() => { while (true) {} })',
};
const inStore = {
  'a busy loop that has a store': 'storage.run("torn", () => { while (true) {} })',
  'a loop of awaits that has a store': 'await storage.run("torn", async () => { while (true) await null })',
  'a loop of stores': 'while (true) storage.run("torn", () => void Promise.resolve())',
};
const useOfStorage =
  '[storage.getStore(), await storage.run("mine", async () => { await new Promise((resolve) => setTimeout(resolve)); return storage.getStore() })]';

test('after an interrupt of what runs without an AsyncLocalStorage, one can be used', async () => {
  await kernel.execute(
    'const { AsyncLocalStorage, AsyncResource, createHook } = require("node:async_hooks"); const storage = new AsyncLocalStorage()',
  );
  for (const [name, code] of Object.entries(loops)) {
    expect([name, await interrupted(`console.log("on"); ${code}`)]).toEqual([name, 'KeyboardInterrupt']);
  }
  expect(await resultOf(useOfStorage)).toBe("[ undefined, 'mine' ]");
});

test('where hooks keep an interrupt from ending code, it says so, and nothing is lost', async () => {
  const stop = join(kernel.folder, 'stop');
  await kernel.execute('const hook = createHook({ before() {} }).enable(); const { existsSync } = require("node:fs")');
  const id = kernel.submit(`console.log("on"); while (!existsSync(${JSON.stringify(stop)})) {}`);
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  await kernel.request('control', 'interrupt_request', {});
  await kernel.waitFor(() => printed(kernel.about(id), 'stderr').includes('async hooks'));
  writeFileSync(stop, '');
  expect((await kernel.finished(id)).reply).toMatchObject({ status: 'ok' });
  await kernel.execute('hook.disable()');
  expect(await interrupted('console.log("on"); while (true) {}')).toBe('KeyboardInterrupt');
});

test.each(Object.entries({ ...loops, ...inStore }))(
  'an AsyncLocalStorage in use does not keep interrupts from ending %s, and is none the worse',
  async (_, code) => {
    await kernel.execute('storage.run(0, () => undefined)');
    expect(await interrupted(`console.log("on"); ${code}`)).toBe('KeyboardInterrupt');
    expect(await resultOf(useOfStorage)).toBe("[ undefined, 'mine' ]");
  },
);

test('an immediate that is ended takes none of its neighbours with it', async () => {
  const ended = interrupted(
    `let later = 0; setImmediate(() => {}); setImmediate(() => { console.log("on"); while (true) {} }); setImmediate((by) => { later += by }, 2); ${forever}`,
  );
  expect(await ended).toBe('KeyboardInterrupt');
  expect(await resultOf('await new Promise((resolve) => setImmediate(resolve)); later')).toBe('2');
});

test('immediates, ticks and microtasks keep their order', async () => {
  const code = `
    const order = [];
    const say = (what) => () => void order.push(what);
    setImmediate(() => { order.push('one'); process.nextTick(say('its tick')); queueMicrotask(say('its microtask')); clearImmediate(third) });
    setImmediate(say('two'));
    const third = setImmediate(say('cleared'));
    await new Promise((resolve) => setImmediate(resolve));
    order.join()`;
  expect(await resultOf(code)).toBe("'one,its tick,its microtask,two'");
});
