/**
 * Interrupts at random moments, of code of every kind. The moments come from a seed, which a failure names;
 * COVEY_INTERRUPTS sets how many (a thousand takes some minutes), COVEY_SEED the seed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { KernelClient, shown } from '../testing/kernel-client.js';

const COUNT = Number(process.env['COVEY_INTERRUPTS'] ?? 100);
const SEED = Number(process.env['COVEY_SEED'] ?? 20_240_607);
/** Of this many milliseconds any may be the moment. */
const MOMENTS_MS = 60;
const CHECKED_EVERY = 10;

let state = SEED;
/** A number from 0 up to but without 1; the same ones for the same seed. */
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

const cells = {
  'a busy loop': 'while (true) { kept.ticks++ }',
  'a busy loop after an await': 'await null; while (true) {}',
  // One that has not begun when its cell is ended must not begin later.
  'a busy loop in a timer':
    'let over = false; setTimeout(() => { while (!over) {} }); try { await new Promise(() => {}) } finally { over = true }',
  'a loop of microtasks': 'await (async () => { while (true) await null })()',
  'a loop of ticks': 'process.nextTick(function f() { process.nextTick(f) }); await new Promise(() => {})',
  'a busy immediate':
    'let over = false; setImmediate(() => {}); setImmediate(() => { while (!over) {} }); try { await new Promise(() => {}) } finally { over = true }',
  'a loop that has a store': 'storage.run("torn", () => { while (true) {} })',
  'a loop of timers': 'while (true) await new Promise((resolve) => setTimeout(resolve))',
  'a loop that catches all': 'while (true) { try { while (true) {} } catch {} }',
  'Atomics.wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  'a promise that never settles': 'await new Promise(() => {})',
  'a flood of output': 'while (true) console.log("line of the flood")',
  'many objects': 'while (true) JSON.parse(JSON.stringify(Array.from({ length: 1000 }, (_, n) => ({ n }))))',
  compiling: 'while (true) new Function("a", `return ${kept.ticks++}`)()',
  'reading files': "const { readFile } = require('node:fs/promises'); while (true) await readFile('connection.json')",
  'waiting for a task':
    'while (true) await mine.submit(() => new Promise((resolve) => setTimeout(resolve, 100))).result()',
  'submitting in a loop':
    'while (true) { fly(1); for (const end = performance.now() + 1; performance.now() < end; ); }',
  'submitting and waiting': 'while (true) await fly(1)[0].result()',
  'submitting in turns': 'while (true) { fly(10); await new Promise((resolve) => setTimeout(resolve)) }',
  'mapping in a loop': 'while (true) { fly(200); for (const end = performance.now() + 5; performance.now() < end; ); }',
};
const names = Object.keys(cells) as (keyof typeof cells)[];

// Bounded, so that what was submitted can be computed; kept by the number that the answer has to be.
const setUp = `
import { Executor, LocalCluster } from 'covey';
const cluster = await LocalCluster.create({ workers: 1, threadsPerWorker: 1 });
const mine = (await Executor.connect(cluster)).with({ pure: false });
import { AsyncLocalStorage } from 'node:async_hooks';
const storage = new AsyncLocalStorage();
storage.run(0, () => undefined);
const kept = { ticks: 0, text: 'kept' };
const flying = [];
let flown = 0;
const identity = (x: number): number => x;
function fly(count: number) {
  if (flying.length > 20_000) flying.length = 0;
  const numbers = Array.from({ length: count }, () => flown++);
  const futures = count === 1 ? [mine.submit(identity, numbers[0])] : mine.map(identity, numbers);
  for (const [n, future] of futures.entries()) flying.push({ future, expected: numbers[n] });
  return futures;
}`;
const settle = `
const wrong = [];
for (const { future, expected } of flying.splice(0)) {
  const value = await future.result();
  if (value !== expected) wrong.push([value, expected]);
}
if (wrong.length > 0) throw new Error('wrong results: ' + JSON.stringify(wrong.slice(0, 5)));
if (storage.getStore() !== undefined) throw new Error('a store was left');
kept.text`;

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  const { reply } = await kernel.execute(setUp);
  if (reply['status'] !== 'ok') throw new Error(JSON.stringify(reply));
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

test(`${COUNT} interrupts at random moments leave the kernel alive with its variables, and futures in flight settle`, async () => {
  for (let round = 1; round <= COUNT; round++) {
    const name = names[Math.floor(random() * names.length)] ?? 'a busy loop';
    const about = `round ${round} (${name}), seed ${SEED}`;
    const id = kernel.submit(cells[name]);
    // It is with main by then, and the interrupt behind it.
    await kernel.waitFor(() => kernel.states(id).includes('busy'));
    await delay(random() * MOMENTS_MS);
    await kernel.request('control', 'interrupt_request', {});
    const { reply } = await kernel.finished(id);
    expect([about, reply['status'], reply['ename']]).toEqual([about, 'error', 'KeyboardInterrupt']);
    kernel.forget();
    if (round % CHECKED_EVERY !== 0 && round !== COUNT) continue;
    const { reply: checked, outputs } = await kernel.execute(settle);
    expect([about, checked['status'], checked['evalue']]).toEqual([about, 'ok', undefined]);
    expect(String(shown(outputs, 'execute_result')[0])).toContain('kept');
    kernel.forget();
  }
}, 3_600_000);
